import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { CONTRACTS } from '../../infra/domains'
import { DOCUMENT, openApi, rendered, renderedVocabulary, VOCABULARY } from '../../infra/openapi/document'
import { Components } from '../../infra/openapi/schemas'

const ROOT = resolve(__dirname, '..', '..')
const TYPES = join('test', 'support', 'api.generated.ts')

describe('docs/openapi.json', () => {
  it('is what the contracts say: else run `npm run openapi`', () => {
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(rendered())
  })

  it('stands beside the SOP vocabulary, made from its schema', () => {
    expect(readFileSync(VOCABULARY, 'utf8')).toBe(renderedVocabulary())
  })

  it('is what the typed client was generated from: else run `npm run openapi`', () => {
    const { stderr, status } = spawnSync(
      process.execPath,
      [
        join('node_modules', 'openapi-typescript', 'bin', 'cli.js'),
        DOCUMENT,
        '--default-non-nullable=false',
        '-o',
        TYPES,
        '--check',
      ],
      { cwd: ROOT, encoding: 'utf8' },
    )
    expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
  })
})

const Operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.unknown()).optional(),
  'x-roles': z.array(z.string()).optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean() }).loose()),
  responses: z.record(z.string(), z.unknown()),
})
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({
    schemas: z.record(z.string(), z.unknown()),
    responses: z.record(z.string(), z.unknown()),
  }),
})

describe('the document', () => {
  const document = Document.parse(openApi())
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${path}`, path, operation })),
  )

  it('has each route once, under a name of its own', () => {
    const routes = CONTRACTS.flatMap((contract) => Object.values(contract.routes))
    expect(operations.map(({ key }) => key).sort()).toEqual(
      routes.map(({ method, path }) => `${method} ${path}`).sort(),
    )
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  })

  it('refers only to components that it has', () => {
    const text = JSON.stringify(document)
    const names = [...text.matchAll(/"\$ref":"#\/components\/(schemas|responses)\/([^"]+)"/g)]
    expect(names.length).toBeGreaterThan(0)
    for (const [, kind, name = ''] of names)
      expect(Object.keys(kind === 'schemas' ? document.components.schemas : document.components.responses)).toContain(
        name,
      )
    expect(text).not.toContain('#/$defs/')
  })

  it('names every variable of a path, and who may call', () => {
    for (const { path, operation } of operations) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(
        operation.parameters
          .filter((p) => p.in === 'path')
          .map((p) => p.name)
          .sort(),
      ).toEqual(variables.sort())
      expect([path, operation.security !== undefined || operation['x-roles'] !== undefined]).toEqual([path, true])
    }
  })
})

describe('components', () => {
  const Inner = z
    .object({ at: z.iso.datetime().transform((at) => at), tags: z.array(z.string()).default([]) })
    .meta({ id: 'Inner' })
  const Outer = z.object({ inner: Inner, name: z.string() }).meta({ id: 'Outer' })

  it('have two names where what goes in may leave out what comes out', () => {
    const components = new Components()
    const goesIn = components.add(z.object({ outer: Outer }), 'input')
    const comesOut = components.add(Outer, 'output')
    expect(components.finish()).toMatchObject({
      Inner: { required: ['at', 'tags'], properties: { at: { type: 'string', format: 'date-time' } } },
      InnerInput: { required: ['at'] },
      Outer: { properties: { inner: { $ref: '#/components/schemas/Inner' } } },
      OuterInput: { properties: { inner: { $ref: '#/components/schemas/InnerInput' } } },
    })
    expect(goesIn).toMatchObject({ properties: { outer: { $ref: '#/components/schemas/OuterInput' } } })
    expect(comesOut).toMatchObject({ $ref: '#/components/schemas/Outer' })
  })

  it('have one name where both agree', () => {
    const components = new Components()
    const Plain = z.object({ name: z.string() }).meta({ id: 'Plain' })
    components.add(Plain, 'input')
    components.add(z.array(Plain), 'output')
    expect(Object.keys(components.finish())).toEqual(['Plain'])
  })

  it('refuse two schemas of one id', () => {
    const components = new Components()
    components.add(z.object({ a: z.string() }).meta({ id: 'Twice' }), 'input')
    const second = z.object({ b: z.string() })
    z.globalRegistry.remove(second)
    expect(() => components.add(z.object({ x: second.meta({ id: 'Twice' }) }), 'input')).toThrow('Twice')
  })
})
