/**
 * `npm run bench [-- --json]`: rates over HTTP, cost of the reference shipment, bundles, start and memory, SOPs in memory, beside the bare
 * database, the derived floor and the goals. docs/performance.md says how to read it and which options there are.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { DEFAULT_ASSEMBLY, isStale, synthesize } from '../local/synth'
import { measureBundles } from './bundles'
import { measureBare } from './database'
import { goalsOf } from './goals'
import { startInstance } from './instance'
import { measureOperations } from './operations'
import { measureReference } from './reference-shipment'
import { type Measured, readable } from './report'
import { measureSops } from './sops'
import { rounded } from './statistics'

const OPTIONS = {
  json: { type: 'boolean', default: false },
  seconds: { type: 'string', default: '3' },
  shipments: { type: 'string', default: '100000' },
  runs: { type: 'string', default: '5' },
  only: { type: 'string', multiple: true },
  powertools: { type: 'string' },
  profile: { type: 'string' },
} as const

const FEW = 1000
const SECTIONS = ['database', 'operations', 'reference', 'bundles', 'sops'] as const

const Settings = z.object({
  json: z.boolean(),
  /** Of each run. */
  seconds: z.coerce.number().positive(),
  /** In the larger of the two tables. */
  shipments: z.coerce.number().int().min(FEW),
  /** Starts of each function. */
  runs: z.coerce.number().int().positive(),
  only: z.array(z.enum(SECTIONS)).default([...SECTIONS]),
  /** Folder with utilities of Powertools that the project has not. */
  powertools: z.string().optional(),
  /** Folder for CPU profiles of the runtime under load. */
  profile: z.string().optional(),
})
type Settings = z.infer<typeof Settings>

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A first start makes the demo tenant too; the second is of every day after. The reference shipment is walked in between. */
const startAndReference = () =>
  inFolder(async (folder) => {
    const first = await startInstance(DEFAULT_ASSEMBLY, folder, undefined)
    const reference = await measureReference(first).finally(first.stop)
    const second = await startInstance(DEFAULT_ASSEMBLY, folder, undefined)
    await second.settled(30_000)
    const memory = Math.round(second.usage().memory / 1e6)
    await second.stop()
    const start = {
      firstReadyMs: Math.round(first.readyAfter),
      readyMs: Math.round(second.readyAfter),
      idleMegabytes: memory,
    }
    return { start, reference }
  })

const operationsAt = (shipments: number, { seconds, profile }: Settings) =>
  measureOperations({ assemblyDir: DEFAULT_ASSEMBLY, shipments, seconds, profileDir: profile })

async function measureAll(settings: Settings): Promise<Measured> {
  const tell = (what: string) => process.stderr.write(`${what} …\n`)
  const wanted = (section: (typeof SECTIONS)[number]) => settings.only.includes(section)
  const measured: Measured = {
    machine: { cpus: cpus().length, node: process.version, loadAverage: rounded(loadavg()[0] ?? 0, 2) },
  }
  if (wanted('sops')) {
    tell('SOPs in memory')
    measured.sops = await measureSops(settings.seconds)
  }
  if (wanted('bundles')) {
    tell('Bundles')
    measured.bundles = await measureBundles(settings.runs, settings.powertools)
  }
  if (wanted('reference')) {
    tell('Start, memory and the reference shipment')
    Object.assign(measured, await startAndReference())
  }
  if (wanted('database')) {
    tell('The bare database')
    measured.database = await inFolder((folder) => measureBare(DEFAULT_ASSEMBLY, folder, settings.seconds))
  }
  if (wanted('operations')) {
    measured.operations = []
    for (const shipments of [...new Set([FEW, settings.shipments])]) {
      tell(`The API with ${shipments} shipments`)
      measured.operations.push(await operationsAt(shipments, settings))
    }
  }
  return measured
}

async function main(): Promise<void> {
  process.env.TZ = 'UTC'
  const settings = Settings.parse(parseArgs({ options: OPTIONS }).values)
  const usesAssembly = settings.only.some((section) => section !== 'sops')
  if (usesAssembly && isStale(DEFAULT_ASSEMBLY)) await synthesize()
  const started = performance.now()
  const measured = await measureAll(settings)
  const report = { ...measured, goals: goalsOf(measured), seconds: rounded((performance.now() - started) / 1000) }
  process.stdout.write(settings.json ? `${JSON.stringify(report, null, 2)}\n` : readable(report))
}

main().catch((error) => {
  process.stderr.write(
    `${error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.stack : error}\n`,
  )
  process.exitCode = 1
})
