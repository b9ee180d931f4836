import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { README, withDomains } from '../../infra/readme'
import { sources } from '../support/sources'

const ROOT = resolve(__dirname, '..', '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].map((path) => ({ path, text: read(path) }))

describe('README.md', () => {
  const text = readFileSync(README, 'utf8')

  it('has the domains as the contracts have them: else run `npx tsx infra/readme.ts`', () => {
    expect(text).toBe(withDomains(text))
  })

  it('can be read at one sitting', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(201)
  })
})

/** Literals that keys begin with, constants put in: `SHIPMENT#`, `TASK#`, and whole keys such as `LEDGER`. */
function keysIn(text: string): string[] {
  const constants = [...text.matchAll(/^(?:export )?const ([A-Z_]+) = '([A-Z][A-Z-]*#?)'/gm)]
  const expanded = constants.reduce((code, [, name = '', value = '']) => code.replaceAll(`\${${name}}`, value), text)
  return [
    ...constants.map(([, , value = '']) => value),
    ...[...expanded.matchAll(/[`']([A-Z][A-Z-]*#)/g)].map(([, prefix = '']) => prefix),
    ...[...expanded.matchAll(/\b(?:pk|sk|gsi1pk|gsi1sk): '([A-Z][A-Z-]*)'/g)].map(([, key = '']) => key),
  ]
}

describe('docs/data-model.md', () => {
  const text = read('docs/data-model.md')
  const keys = new Set(
    sources('functions')
      .filter((source) => /\b(?:pk|sk)\b/.test(source.text))
      .flatMap((source) => keysIn(source.text)),
  )
  const inBackticks = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  const documented = (key: string) =>
    inBackticks.some((code) => (key.endsWith('#') ? code.startsWith(key) : code === key))

  it('has every key that the code makes', () => {
    expect(keys.size).toBeGreaterThan(20)
    expect([...keys].filter((key) => !documented(key))).toEqual([])
  })

  it('has no key that the code no longer makes', () => {
    const prefixes = inBackticks.flatMap((code) => /^([A-Z][A-Z-]*#)/.exec(code)?.[1] ?? [])
    expect([...new Set(prefixes)].filter((prefix) => !keys.has(prefix))).toEqual([])
  })
})

describe('docs/runbook.md', () => {
  it('has a heading for each alarm', () => {
    const headings = new Set([...read('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading))
    const named = sources('infra').flatMap(({ text }) =>
      [...text.matchAll(/docs\/runbook\.md, ([^`'"]+)[`'"]/g)].map(([, heading]) => heading),
    )
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter((heading) => !headings.has(heading))).toEqual([])
  })
})

/** As GitHub makes them of headings. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('pages', () => {
  it('link to files and headings that exist', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
        .filter(([, file = '', anchor]) => {
          const target = file === '' ? join(ROOT, path) : resolve(ROOT, dirname(path), file)
          if (!existsSync(target)) return true
          return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
        })
        .map(([link]) => `${path}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('name npm scripts and files to run that exist', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const wrong = pages.flatMap(({ path, text }) => [
      ...[...text.matchAll(/npm run (?:--?\w+ )*([a-z][a-z:]*)/g)]
        .filter(([, script = '']) => !Object.hasOwn(scripts, script))
        .map(([command]) => `${path}: ${command}`),
      ...[...text.matchAll(/npx tsx ([\w/.-]+\.ts)/g)]
        .filter(([, file = '']) => !existsSync(join(ROOT, file)))
        .map(([command]) => `${path}: ${command}`),
    ])
    expect(wrong).toEqual([])
  })

  it('name no machine', () => {
    const machines = /\/(?:home|root|work|Users)\/|\bregistry\.|artifactory|nexus/i
    expect(pages.filter(({ text }) => machines.test(text)).map(({ path }) => relative(ROOT, path))).toEqual([])
  })
})
