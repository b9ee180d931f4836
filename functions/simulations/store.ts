/** Replays of histories, a partition each with an item for each shipment; and what is kept of the last one of an SOP. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { JsonObject } from '../../engine/json'
import { ShipmentHeader } from '../../schemas/shipment'
import type { SopId } from '../../schemas/sop'
import {
  type FlightHistory,
  FlightReport,
  PublicationGate,
  ReplayedShipment,
  SopFlight,
} from '../../schemas/sop-flight'
import { type Context, newId } from '../platform/context'
import { notFound } from '../platform/errors'
import {
  ConditionFailed,
  get,
  type Item,
  list,
  type PageRequest,
  put,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { timelineItem } from '../platform/timeline'
import { keyReused } from '../shipments/store'
import { sopPartition } from '../sops/store'
import { isUnchanged } from './domain/flight/report'

const flightPk = (simulationId: string) => `FLIGHT#${simulationId}`
const SHIPMENT = 'SHIPMENT#'

const Observed = z.record(z.string(), z.record(z.string(), z.int()))
const StoredDurations = z.object({
  simulationId: z.string(),
  observedAt: z.string(),
  shipments: z.int(),
  steps: Observed,
})
export type StoredDurations = z.infer<typeof StoredDurations>

const FlightJob = z.object({
  /** Of the request that opened it. */
  fingerprint: z.string(),
  flight: SopFlight,
  /** Counts the writes, so that of two deliveries one stops. */
  version: z.int(),
  part: z.int(),
  cursor: z.string().optional(),
  observed: Observed,
})
export type FlightJob = z.infer<typeof FlightJob>

export const fingerprintOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url')

/** Base 32 of Crockford, of which ids are made. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A new id, or the one that an Idempotency-Key always gives. */
export function simulationIdOf({ tenantId, now }: Context, key: string | undefined): string {
  if (key === undefined) return newId('sim', now)
  const digest = createHash('sha256').update(`${tenantId} sim ${key}`).digest()
  return `sim_0${[...digest.subarray(0, 25)].map((byte) => LETTERS[byte % 32]).join('')}`
}

const jobItem = (job: FlightJob): Item => ({
  pk: flightPk(job.flight.simulationId),
  sk: 'FLIGHT',
  gsi1pk: `FLIGHTS#${job.flight.sopId}`,
  gsi1sk: `${job.flight.requestedAt}#${job.flight.simulationId}`,
  version: job.version,
  status: job.flight.status,
  body: JSON.stringify(job),
})

const shipmentItem = (simulationId: string, shipment: ReplayedShipment): Item => ({
  pk: flightPk(simulationId),
  sk: SHIPMENT + shipment.shipmentId,
  status: shipment.blockedAt.length > 0 ? 'BLOCKED' : isUnchanged(shipment) ? 'SAME' : 'CHANGED',
  body: JSON.stringify(shipment),
})

/** The entry by which a job asks for its next part. */
const requestOf = (context: Context, { part, flight: { simulationId } }: FlightJob): Write => ({
  put: timelineItem(context, flightPk(simulationId), simulationId, part, {
    type: 'simulation.requested',
    data: { simulationId, part },
  }),
})

/** What a publication asks for, and what scenarios draw from, as the end of a replay leaves them. */
function resultsOf({ flight, observed }: FlightJob): Write[] {
  if (flight.status !== 'COMPLETED') return []
  const { sopId, simulationId, endedAt = '', totals } = flight
  const report: FlightReport = { simulationId, endedAt, shipments: totals.shipments, blocked: totals.blocked }
  const durations: StoredDurations = { simulationId, observedAt: endedAt, shipments: totals.shipments, steps: observed }
  const pk = sopPartition(sopId)
  return [
    { put: { pk, sk: `FLIGHT#${flight.definition}`, body: JSON.stringify(report) } },
    ...(totals.shipments > 0 ? [{ put: { pk, sk: 'DURATIONS', body: JSON.stringify(durations) } }] : []),
  ]
}

/** Opens a job with the definition as it stands now. A small one comes with its end; a large one asks for its first part. */
export async function openFlight(
  context: Context,
  job: FlightJob,
  definition: JsonObject,
  replayed: readonly ReplayedShipment[] = [],
): Promise<{ flight: SopFlight; replayed: boolean }> {
  const { simulationId, status } = job.flight
  try {
    await transact(context, [
      { put: jobItem(job), if: 'absent' },
      { put: { pk: flightPk(simulationId), sk: 'DEFINITION', body: JSON.stringify(definition) } },
      ...replayed.map((shipment) => ({ put: shipmentItem(simulationId, shipment) })),
      ...(status === 'RUNNING' ? [requestOf(context, job)] : resultsOf(job)),
    ])
    return { flight: job.flight, replayed: false }
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    const earlier = await loadFlight(context, simulationId)
    if (earlier.fingerprint !== job.fingerprint) throw keyReused()
    return { flight: earlier.flight, replayed: true }
  }
}

/** Undefined unless an earlier request with the same key has been answered; throws when it was another request. */
export async function findFlight(
  tenant: Tenant,
  simulationId: string,
  request: unknown,
): Promise<SopFlight | undefined> {
  const item = await get(tenant, { pk: flightPk(simulationId), sk: 'FLIGHT' })
  if (!item) return undefined
  const { fingerprint, flight } = jobOf(item)
  if (fingerprint !== fingerprintOf(request)) throw keyReused()
  return flight
}

const jobOf = (item: Item) => FlightJob.parse(JSON.parse(String(item.body)))

export async function loadFlight(tenant: Tenant, simulationId: string): Promise<FlightJob> {
  const item = await get(tenant, { pk: flightPk(simulationId), sk: 'FLIGHT' })
  if (!item) throw notFound('simulation')
  return jobOf(item)
}

export async function loadTried(tenant: Tenant, simulationId: string): Promise<JsonObject> {
  const item = await get(tenant, { pk: flightPk(simulationId), sk: 'DEFINITION' })
  return JSON.parse(String(item?.body))
}

/** Keeps a page of shipments with the job's progress. False when another delivery has come first. */
export async function saveFlight(
  context: Context,
  before: FlightJob,
  next: FlightJob,
  replayed: readonly ReplayedShipment[],
): Promise<boolean> {
  const { simulationId } = next.flight
  try {
    await transact(context, [
      { put: jobItem(next), if: { attribute: 'version', equals: before.version } },
      ...replayed.map((shipment) => ({ put: shipmentItem(simulationId, shipment) })),
      ...(next.part > before.part ? [requestOf(context, next)] : []),
      ...resultsOf(next),
    ])
    return true
  } catch (error) {
    if (error instanceof ConditionFailed) return false
    throw error
  }
}

const pageOf = <T>({ items, next }: { items: Item[]; next?: string }, schema: z.ZodType<T>) => ({
  items: items.map((item) => schema.parse(JSON.parse(String(item.body)))),
  ...(next ? { next } : {}),
})

/** Newest first. */
export async function listFlights(tenant: Tenant, sopId: SopId, page: PageRequest) {
  const { items, ...rest } = pageOf(await list(tenant, `FLIGHTS#${sopId}`, page, { newestFirst: true }), FlightJob)
  return { items: items.map(({ flight }) => flight), ...rest }
}

export const listReplayed = async (tenant: Tenant, simulationId: string, page: PageRequest) =>
  pageOf(await list(tenant, flightPk(simulationId), page, { index: 'table', begins: SHIPMENT }), ReplayedShipment)

/** Headers of the tenant's shipments, newest first; the index does not hold their versions. */
export async function listHeaders(tenant: Tenant, page: PageRequest, { from = '', to = '~' }: FlightHistory) {
  const { items, next } = await list(tenant, 'SHIPMENTS', page, { newestFirst: true, between: [from || '0', to] })
  const headers = items.map((item) =>
    ShipmentHeader.parse({ ...Object(JSON.parse(String(item.body))), status: item.status, version: 0 }),
  )
  return { headers, ...(next ? { next } : {}) }
}

const durationsKey = (sopId: SopId) => ({ pk: sopPartition(sopId), sk: 'DURATIONS' })
const gateKey = (sopId: SopId) => ({ pk: sopPartition(sopId), sk: 'GATE' })

export async function findDurations(tenant: Tenant, sopId: SopId): Promise<StoredDurations | undefined> {
  const item = await get(tenant, durationsKey(sopId))
  return item && StoredDurations.parse(JSON.parse(String(item.body)))
}

/** The last replay of just this definition. */
export async function findReport(
  tenant: Tenant,
  sopId: SopId,
  definition: JsonObject,
): Promise<FlightReport | undefined> {
  const item = await get(tenant, { pk: sopPartition(sopId), sk: `FLIGHT#${fingerprintOf(definition)}` })
  return item && FlightReport.parse(JSON.parse(String(item.body)))
}

export async function findGate(tenant: Tenant, sopId: SopId): Promise<PublicationGate | undefined> {
  const item = await get(tenant, gateKey(sopId))
  return (item && PublicationGate.nullable().parse(JSON.parse(String(item.body)))) || undefined
}

export const saveGate = (tenant: Tenant, sopId: SopId, gate: PublicationGate | null): Promise<void> =>
  put(tenant, { ...gateKey(sopId), body: JSON.stringify(gate) })
