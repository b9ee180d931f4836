/** Shipments an SOP simulates, and definitions it proves, a second: `npx tsx bench/sops.ts [--json] [--seconds N]`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { validateSop } from '../functions/authoring/domain/validate'
import { simulate } from '../functions/simulations/domain/simulate'
import { ProductSopId } from '../schemas/sop'
import { SimulateSop } from '../schemas/sop-simulation'

const BATCH = 10
const NOW = '2026-03-01T08:00:00.000Z'

interface Rates {
  sopId: ProductSopId
  simulatedPerSecond: number
  transitionsPerSecond: number
  provedPerSecond: number
}

async function rateOf(seconds: number, work: () => Promise<number>): Promise<number> {
  await work()
  const from = process.hrtime.bigint()
  const elapsed = () => Number(process.hrtime.bigint() - from) / 1e9
  let done = 0
  while (elapsed() < seconds) done += await work()
  return Math.round(done / elapsed())
}

async function measure(sopId: ProductSopId, seconds: number): Promise<Rates> {
  const definition = JSON.parse(readFileSync(join(__dirname, '../state-machines', `${sopId}.asl.json`), 'utf8'))
  let seed = 0
  let transitions = 0
  const simulatedPerSecond = await rateOf(seconds, async () => {
    seed += 1
    const report = await simulate(sopId, definition, SimulateSop.parse({ runs: BATCH, seed }), NOW)
    transitions = report.transitions.p50
    return BATCH
  })
  const provedPerSecond = await rateOf(seconds, async () => {
    if (validateSop(definition).length > 0) throw new Error(`${sopId} has findings`)
    return 1
  })
  return { sopId, simulatedPerSecond, transitionsPerSecond: simulatedPerSecond * transitions, provedPerSecond }
}

async function main() {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '3' } } })
  const rates: Rates[] = []
  for (const sopId of ProductSopId.options) rates.push(await measure(sopId, Number(values.seconds)))
  if (values.json) return process.stdout.write(`${JSON.stringify(rates, null, 2)}\n`)
  for (const { sopId, simulatedPerSecond, transitionsPerSecond, provedPerSecond } of rates)
    process.stdout.write(
      `${sopId}: ${simulatedPerSecond} shipments simulated, ${transitionsPerSecond} transitions, ${provedPerSecond} definitions proved a second\n`,
    )
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = 1
})
