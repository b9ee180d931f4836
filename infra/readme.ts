/** `npx tsx infra/readme.ts`: writes the table of domains into README.md, from the contracts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Contract } from '../functions/platform/route'
import { CONTRACTS, IDENTITY } from './domains'

export const README = join(resolve(__dirname, '..'), 'README.md')

/** What a contract doesn't say of its domain. */
const PURPOSES: Record<string, string> = {
  shipments: 'A shipment, whole: creation, amendment, timeline',
  imports: 'Thousands of shipments from one JSON or CSV',
  tracking: 'Events of carriers and systems, and the milestones that they prove',
  sops: 'Standard operating procedures on Step Functions',
  authoring: 'Drafts, approval, versions and release of SOPs',
  migrations: 'Running shipments moved to another version of their SOP, and back',
  simulations: 'SOPs tried on scenarios, and on the histories of real shipments',
  tasks: 'What people have to do, by role',
  people: "Who works when: business calendars, the directory of the tenant's people",
  company: 'Who the tenant is on paper: the legal entity, its numbers, accounts and logo',
  explain: 'Why something was decided as it was',
  documents: 'Upload, reading, review and comparison of papers',
  grants: 'Upload links for partners without an account',
  billing: 'Invoices, ledger, proof of billing',
  kpis: 'OTIF and order cycle time',
  places: 'UN/LOCODE places',
  system: 'Health and the description of the API',
  identity: 'Puts tenant and roles on tokens',
}

const BEGIN = '<!-- domains: written by `npx tsx infra/readme.ts` -->'
const END = '<!-- end of domains -->'

const list = (items: readonly string[]) => (items.length === 0 ? '–' : items.map((item) => `\`${item}\``).join(' '))

/** Paths in the order of the contract, each with its methods; `/v1` is left out. */
function pathsOf({ routes }: Contract): string[] {
  const methods = new Map<string, string[]>()
  for (const { method, path } of Object.values(routes)) methods.set(path, [...(methods.get(path) ?? []), method])
  return [...methods].map(([path, verbs]) => `${verbs.join('+')} ${path.slice('/v1'.length)}`)
}

function row(contract: Contract): string {
  const { domain, publishes, subscribes } = contract
  const purpose = PURPOSES[domain]
  if (purpose === undefined) throw new Error(`infra/readme.ts does not say what ${domain} is for`)
  const cells = [
    `[${domain}](functions/${domain})`,
    purpose,
    list(pathsOf(contract)),
    list(publishes),
    list(subscribes),
  ]
  return `| ${cells.join(' | ')} |`
}

const table = () =>
  [
    '| domain | what it is for | routes under `/v1` | publishes | subscribes to |',
    '| --- | --- | --- | --- | --- |',
    ...[...CONTRACTS, IDENTITY].map(row),
  ].join('\n')

/** A text with the table between its markers brought up to date. Throws when it has no markers. */
export function withDomains(text: string): string {
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error('README.md has no markers for the domains')
  return `${before}${BEGIN}\n${table()}\n${END}${after}`
}

if (require.main === module) writeFileSync(README, withDomains(readFileSync(README, 'utf8')))
