/** What an execution takes up while it waits for people and the world. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Execution } from '../engine/execution'
import { sampleShipment } from '../functions/simulations/domain/scenario/shipment'
import { VirtualRun } from '../functions/sops/domain/virtual/run'
import type { ProductSopId } from '../schemas/sop'
import { definitionOf, ORDERED } from './sop-definition'

/** Each number is the mean of an execution. */
export interface Suspended {
  executions: number
  /** Of its JSON, as a host persists it. */
  persistedBytes: number
  /** Live on the heap after a collection, read from that JSON as a host does: it shares nothing with another. */
  heapBytes: number
}

/** Node offers its collector to programs only by a flag, which may be set late. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('no collector')
  return () => collect()
}

/** An execution at its first waits. */
async function suspendedUnder(sopId: ProductSopId): Promise<Execution> {
  const options = { sopId, tenantId: 'bench', now: ORDERED }
  const shipment = sampleShipment(sopId, ORDERED)
  const { execution, running } = await VirtualRun.start(definitionOf(sopId), shipment, options)
  if (!running) throw new Error(`${sopId} waits for nothing`)
  return execution
}

/** Executions of the SOPs in turn. */
export async function measureSuspended(sopIds: readonly ProductSopId[], executions: number): Promise<Suspended> {
  const texts: string[] = []
  for (const sopId of sopIds) texts.push(JSON.stringify(await suspendedUnder(sopId)))
  const collect = collector()
  const held: unknown[] = new Array(executions).fill(undefined)
  collect()
  const before = process.memoryUsage().heapUsed
  let bytes = 0
  for (let index = 0; index < executions; index += 1) {
    const text = texts[index % texts.length] ?? ''
    bytes += Buffer.byteLength(text)
    held[index] = JSON.parse(text)
  }
  collect()
  const heap = process.memoryUsage().heapUsed - before
  return {
    executions: held.length,
    persistedBytes: Math.round(bytes / executions),
    heapBytes: Math.round(heap / executions),
  }
}
