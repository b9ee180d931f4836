/** Rates of the four operations over HTTP, at 1 and 8 clients, with a given number of shipments in the table. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Seeded, seed } from './database'
import { type Instance, startInstance } from './instance'
import { type Caller, createCaller, measure, type Rate } from './load'
import { createBody, EVENTS, eventBody } from './shipments'
import { rounded } from './statistics'

export const OPERATIONS = ['read', 'list', 'event', 'create'] as const
export type Operation = (typeof OPERATIONS)[number]

export interface SizeReport {
  shipments: number
  seeded: Omit<Seeded, 'shipmentIds' | 'shipments'>
  rates: Record<Operation, Rate[]>
  /** What the last runs of creations left to do, and whether it was done in time. */
  background: { created: number; seconds: number; settled: boolean }
}

/** Clients of the runs that goals speak of. */
export const MANY = 8
const SETTLE_WITHIN = 20_000
const DRAIN_WITHIN = 60_000

export interface OperationsOptions {
  assemblyDir: string
  shipments: number
  seconds: number
  /** Where CPU profiles go; not profiled when absent. */
  profileDir: string | undefined
}

export async function measureOperations(options: OperationsOptions): Promise<SizeReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
  try {
    const { shipmentIds, shipments, ...seeded } = await seed(options.assemblyDir, dataDir, options.shipments)
    const instance = await startInstance(options.assemblyDir, dataDir, options.profileDir)
    try {
      return { shipments, seeded, ...(await runAll(instance, shipmentIds, options.seconds)) }
    } finally {
      await instance.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Reads first, then events, then creations, so that each meets a table of the size that it is reported for. */
async function runAll(instance: Instance, shipmentIds: string[], seconds: number) {
  const rates: SizeReport['rates'] = { read: [], list: [], event: [], create: [] }
  let created = 0
  for (const operation of OPERATIONS) {
    // Not reported: a function's environments start, and their code gets compiled.
    await run(instance, operation, { shipmentIds, clients: MANY, seconds: Math.min(2, seconds) })
    for (const clients of [1, MANY]) {
      const rate = await run(instance, operation, { shipmentIds, clients, seconds })
      rates[operation].push(rate)
      if (operation === 'create') created += rate.requests
      else await instance.settled(SETTLE_WITHIN)
    }
  }
  const started = performance.now()
  const settled = await instance.settled(DRAIN_WITHIN)
  const drained = rounded((performance.now() - started) / 1000)
  return { rates, background: { created, seconds: drained, settled } }
}

interface Run {
  shipmentIds: string[]
  clients: number
  seconds: number
}

async function run(instance: Instance, operation: Operation, { shipmentIds, clients, seconds }: Run) {
  const caller = createCaller(instance.url, clients)
  try {
    const work = await worker(instance, caller, operation, shipmentIds)
    const cpu = () => instance.usage().cpu
    return await measure({ clients, seconds, warmUp: Math.min(1, seconds / 2), cpu }, work)
  } finally {
    caller.close()
  }
}

/** A prime that sends successive requests to shipments far apart. */
const STRIDE = 7919

async function worker(instance: Instance, caller: Caller, operation: Operation, shipmentIds: string[]) {
  const run = randomUUID().slice(0, 8)
  const headers = {
    authorization: `Bearer ${await instance.token(['INTEGRATION'])}`,
    'content-type': 'application/json',
  }
  const pathOf = (serial: number) => `/v1/shipments/${shipmentIds[(serial * STRIDE) % shipmentIds.length]}`
  const works: Record<Operation, (serial: number) => Promise<unknown>> = {
    create: (serial) => {
      const reference = `${run}-${serial}`
      const call = { method: 'POST', path: '/v1/shipments', body: createBody(reference) }
      return caller.send({ ...call, headers: { ...headers, 'idempotency-key': reference } }, 201)
    },
    read: (serial) => caller.send({ method: 'GET', path: pathOf(serial), headers }, 200),
    list: () => caller.send({ method: 'GET', path: '/v1/shipments?limit=50', headers }, 200),
    event: (serial) => {
      const body = eventBody(`${run}-${serial}`, Math.floor(serial / shipmentIds.length) % EVENTS.length)
      return caller.send({ method: 'POST', path: `${pathOf(serial)}/events`, headers, body }, 201)
    },
  }
  return async (serial: number) => {
    await works[operation](serial)
  }
}
