/**
 * `npm run demo [-- --url http://127.0.0.1:8700]`: one ocean export from creation to an issued invoice and OTIF, told step by step.
 * Without --url it starts an instance of its own. Exits non-zero when any fact is not as it should be.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { type RunningRuntime, startRuntime } from '../local/runtime'
import { DEFAULT_ASSEMBLY, isStale, synthesize } from '../local/synth'
import { BillingProofPage, LedgerBalances } from '../schemas/billing'
import { KpiMember, KpiValue } from '../schemas/kpi'
import { type Api, connect, until } from './api'
import { type Journey, walkOceanExport } from './journey'

const tell = (line: string) => process.stdout.write(`${line}\n`)
const FINANCE = { role: 'FINANCE' }

function check(what: string, holds: boolean): void {
  tell(`              ${holds ? '✓' : '✗'} ${what}`)
  if (!holds) throw new Error(`Not so: ${what}`)
}

/** Freight on departure and delivery on arrival, each once; costs accrued; books in balance. */
async function checkMoney(api: Api, journey: Journey): Promise<void> {
  tell('\nMoney: what was billable against what was posted.')
  const proof = await api.call(FINANCE, 'GET', `/v1/billing/proof?shipmentId=${journey.shipmentId}`, {
    answer: BillingProofPage,
  })
  check('four billable occurrences, four postings', proof.items.flatMap((item) => item.billed).length === 4)
  check(
    'no orphans',
    proof.items.every((item) => item.orphans.length === 0),
  )
  const [freight, delivery] = [...journey.shipment.invoices].sort((a, b) => b.amount - a.amount)
  check(`invoice ${freight?.number}: freight and bunker, 4,505.00 EUR`, freight?.amount === 450_500)
  check(`invoice ${delivery?.number}: delivery, 650.00 EUR`, delivery?.amount === 65_000)
  const ledger = await until(
    'the ledger to take the postings in',
    30,
    () => api.call(FINANCE, 'GET', '/v1/ledger/balances', { answer: LedgerBalances, quiet: true }),
    (seen) => seen.journals > 0 && seen.journals === seen.posted,
  )
  check('the ledger balances', ledger.balanced)
}

async function checkKpis(api: Api, journey: Journey): Promise<void> {
  tell('\nKPIs: on time, in full, and how long it took.')
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const period = `from=${day(-30)}&to=${day(2)}`
  const members = await until(
    'the KPIs to take the delivery in',
    30,
    () =>
      api.call(FINANCE, 'GET', `/v1/kpis/otif/members?${period}&limit=200`, {
        answer: z.object({ items: z.array(KpiMember) }),
        quiet: true,
      }),
    (seen) => seen.items.some((member) => member.shipmentId === journey.shipmentId && member.bucket !== 'OPEN'),
  )
  const member = members.items.find((it) => it.shipmentId === journey.shipmentId)
  check(`OTIF: ${member?.reasons.join(', ')}`, member?.bucket === 'HIT')
  const cycle = await api.call(FINANCE, 'GET', `/v1/kpis/order-cycle-time?${period}`, { answer: KpiValue })
  check(
    `order cycle time: ${Math.round((cycle.total.ratio ?? 0) / 86_400)} days on average`,
    (cycle.total.ratio ?? 0) > 0,
  )
}

function tellTimeline({ timeline }: Journey): void {
  tell('\nThe timeline:')
  for (const entry of timeline)
    tell(
      `  ${entry.occurredAt.slice(0, 16).replace('T', ' ')}  ${entry.area.padEnd(10)} ${entry.type}${about(entry.data)}`,
    )
}

const about = (data: Record<string, unknown>) => {
  const said = data.milestone ?? data.title ?? data.stepKey ?? data.number ?? data.documentType
  return typeof said === 'string' ? `  ${said}` : ''
}

async function ownInstance(): Promise<{ runtime: RunningRuntime; end(): Promise<void> }> {
  if (isStale(DEFAULT_ASSEMBLY)) await synthesize()
  const dataDir = mkdtempSync(join(tmpdir(), 'portolan-demo-'))
  const runtime = await startRuntime({ assemblyDir: DEFAULT_ASSEMBLY, dataDir, port: 0 })
  const end = async () => {
    await runtime.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { runtime, end }
}

async function main(): Promise<void> {
  process.env.TZ = 'UTC'
  const { values } = parseArgs({ options: { url: { type: 'string' } } })
  const own = values.url === undefined ? await ownInstance() : undefined
  try {
    const api = connect(values.url ?? own?.runtime.url ?? '', 'demo', tell)
    const journey = await walkOceanExport(api, `DEMO-${Date.now()}`, Date.now(), tell)
    await checkMoney(api, journey)
    await checkKpis(api, journey)
    tellTimeline(journey)
    tell(`\nShipment ${journey.shipmentId} is ${journey.shipment.status}.`)
  } finally {
    await own?.end()
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
})
