/** `start`, `token`, `reset`: Portolan on one machine; `docs` prints what it supports. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { type RunningRuntime, startRuntime } from './runtime'
import { lockFolder } from './state'
import { supportPage } from './support-page'
import { DEFAULT_ASSEMBLY, isMissing, isStale, synthesize } from './synth'
import { mintToken } from './token'

const USAGE = `Usage:
  npm start -- [--port 8700] [--data DIR] [--assembly DIR] [--empty]   (--empty: no demo tenant)
  npm run token -- --role ROLE [--role ROLE] [--tenant T] [--party ORGANISATION] [--subject NAME] [--ttl SECONDS] [--data DIR]
  npm run reset -- [--data DIR]
Roles: operations, documentation, finance, sop-admin, tenant-admin, … or a partner's: shipper, carrier, customs-broker, …`

const OPTIONS = {
  port: { type: 'string' },
  data: { type: 'string', default: '.portolan' },
  assembly: { type: 'string' },
  empty: { type: 'boolean', default: false },
  role: { type: 'string', multiple: true },
  tenant: { type: 'string', default: 'demo' },
  party: { type: 'string' },
  subject: { type: 'string' },
  ttl: { type: 'string', default: '28800' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const Port = z.coerce.number().int().min(0).max(65_535)
const DemoTenant = z.object({
  createDemoTenant: z.custom<(runtime: RunningRuntime) => Promise<void>>((value) => typeof value === 'function'),
})

type Values = ReturnType<typeof parse>['values']
const parse = () => parseArgs({ options: OPTIONS, allowPositionals: true })
const print = (line: string) => process.stdout.write(`${line}\n`)

async function assemblyOf(values: Values, needsSynth: (dir: string) => boolean): Promise<string> {
  if (values.assembly !== undefined) return resolve(values.assembly)
  if (needsSynth(DEFAULT_ASSEMBLY)) await synthesize()
  return DEFAULT_ASSEMBLY
}

async function start(values: Values): Promise<void> {
  const port = Port.parse(values.port ?? process.env.PORT ?? 8700)
  const dataDir = resolve(values.data)
  const runtime = await startRuntime({ assemblyDir: await assemblyOf(values, isStale), dataDir, port })
  let stopping = false
  const stop = (code: number) => {
    if (stopping) return
    stopping = true
    void runtime.stop().then(() => process.exit(code))
  }
  process.once('SIGINT', () => stop(0))
  process.once('SIGTERM', () => stop(0))
  runtime.failed.then((error) => {
    if (!stopping) process.stderr.write(`${error.message}\n`)
    stop(1)
  })
  if (!values.empty) await makeDemoTenant(runtime, dataDir)
  print(`Portolan ready on ${runtime.url}`)
  print(
    `A token: npm run token -- --role operations${values.data === OPTIONS.data.default ? '' : ` --data ${values.data}`}`,
  )
}

/** Once for each data folder, and again if it was cut short: it goes through the API, whose commands are idempotent. */
async function makeDemoTenant(runtime: RunningRuntime, dataDir: string): Promise<void> {
  const module = join(__dirname, 'demo-tenant.ts')
  const mark = join(dataDir, 'demo-tenant-made')
  if (existsSync(mark) || !existsSync(module)) return
  await DemoTenant.parse(await import(module)).createDemoTenant(runtime)
  writeFileSync(mark, '')
}

async function token(values: Values): Promise<void> {
  const roles = (values.role ?? (values.party === undefined ? [] : ['shipper'])).map((role) =>
    role.toUpperCase().replaceAll('-', '_'),
  )
  const known = z
    .array(z.string().regex(/^[A-Z][A-Z_]*$/))
    .min(1)
    .safeParse(roles)
  if (!known.success) throw new Error(USAGE)
  const dataDir = resolve(values.data)
  mkdirSync(dataDir, { recursive: true })
  const request = {
    tenant: values.tenant,
    roles: known.data,
    organization: values.party,
    subject: values.subject ?? `${known.data[0]?.toLowerCase().replaceAll('_', '-')}-user`,
    ttl: z.coerce.number().int().positive().parse(values.ttl),
  }
  print(await mintToken({ assemblyDir: await assemblyOf(values, isMissing), dataDir }, request))
}

/** Empties the folder; refuses one that a runtime uses or that holds something else. */
function reset(values: Values): void {
  const dataDir = resolve(values.data)
  if (!existsSync(dataDir)) return
  if (!existsSync(join(dataDir, 'runtime.sqlite')) && !existsSync(join(dataDir, 'issuer.json'))) {
    throw new Error(`${dataDir} is not a data folder of Portolan; nothing was deleted`)
  }
  const unlock = lockFolder(dataDir)
  unlock()
  rmSync(dataDir, { recursive: true })
}

async function main(): Promise<void> {
  // Lambda's time zone, whatever the machine's.
  process.env.TZ = 'UTC'
  const { values, positionals } = parse()
  if (values.help) print(USAGE)
  else if (positionals[0] === 'start') await start(values)
  else if (positionals[0] === 'token') await token(values)
  else if (positionals[0] === 'reset') reset(values)
  else if (positionals[0] === 'docs') process.stdout.write(supportPage())
  else throw new Error(USAGE)
}

main().catch((error) => {
  process.stderr.write(
    `${error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error}\n`,
  )
  process.exitCode = 1
})
