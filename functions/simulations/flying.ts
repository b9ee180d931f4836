/** Replays as a job: page after page of the tenant's shipments, each partition read once, and each page kept. */
import type { JsonObject } from '../../engine/json'
import type { ShipmentHeader } from '../../schemas/shipment'
import type { ReplayedShipment } from '../../schemas/sop-flight'
import { readVersion } from '../authoring/definitions'
import type { People } from '../people/domain/calendars'
import { loadPeople } from '../people/store'
import { type Context, timestamp } from '../platform/context'
import { AppError } from '../platform/errors'
import { loadShipment } from '../shipments/store'
import { type Observed, together } from './domain/durations'
import { fly } from './domain/flight/fly'
import { withShipment, withSkipped } from './domain/flight/report'
import { type FlightJob, listHeaders, loadFlight, loadTried, saveFlight } from './store'

/** With what stands beside them, in one transaction of at most 100 writes. */
const PAGE = 50
const AT_ONCE = 8
/** Milliseconds after which a delivery hands over to the next: its function has a minute. */
const BUDGET = 20_000

/** Goes on from where the job stands. A second delivery of the same part finds it further, and stops. */
export async function advanceFlight(context: Context, simulationId: string, part: number): Promise<void> {
  let job = await loadFlight(context, simulationId)
  if (job.part !== part || job.flight.status !== 'RUNNING') return
  const crew = new Crew(context, job.flight.sopId, await loadTried(context, simulationId))
  const started = Date.parse(timestamp())
  while (job.part === part && job.flight.status === 'RUNNING') {
    const { next, replayed } = await nextPage(context, job, crew)
    const late = next.flight.status === 'RUNNING' && Date.parse(timestamp()) - started > BUDGET
    const saved = late ? { ...next, part: part + 1 } : next
    if (!(await saveFlight(context, job, saved, replayed))) return
    job = saved
  }
}

/** The job after its next page. */
export async function nextPage(
  context: Context,
  job: FlightJob,
  crew: Crew,
): Promise<{ next: FlightJob; replayed: ReplayedShipment[] }> {
  const { flight } = job
  const left = flight.history.limit - flight.totals.shipments
  const { headers, next: cursor } = await listHeaders(context, { limit: PAGE, cursor: job.cursor }, flight.history)
  const wanted = headers.filter(({ sop }) => sop?.sopId === flight.sopId).slice(0, left)
  const flown = await crew.flyAll(wanted)
  let { totals } = flight
  let { observed } = job
  const replayed: ReplayedShipment[] = []
  for (const it of flown) {
    if ('skipped' in it) totals = withSkipped(totals, it.shipmentId, it.skipped)
    else {
      replayed.push(it.replayed)
      totals = withShipment(totals, it.replayed)
      observed = together(observed, it.observed)
    }
  }
  const over = cursor === undefined || wanted.length === left
  const ended = over ? { status: 'COMPLETED' as const, endedAt: timestamp() } : {}
  const grown = { ...flight, ...ended, looked: flight.looked + headers.length, totals }
  const { cursor: _, ...rest } = job
  return {
    next: { ...rest, flight: grown, version: job.version + 1, observed, ...(over || !cursor ? {} : { cursor }) },
    replayed,
  }
}

type Flown = { replayed: ReplayedShipment; observed: Observed } | { shipmentId: string; skipped: string }

/** What one delivery reads once: the versions that shipments have, and the calendars of their places. */
export class Crew {
  private readonly versions = new Map<number, Promise<JsonObject | undefined>>()
  private readonly people = new Map<string, Promise<People>>()

  constructor(
    private readonly context: Context,
    private readonly sopId: FlightJob['flight']['sopId'],
    private readonly draft: JsonObject,
  ) {}

  async flyAll(headers: readonly ShipmentHeader[]): Promise<Flown[]> {
    const flown: Flown[] = []
    for (let first = 0; first < headers.length; first += AT_ONCE)
      flown.push(...(await Promise.all(headers.slice(first, first + AT_ONCE).map((header) => this.fly(header)))))
    return flown
  }

  /** A shipment that can't be replayed is named with the reason, and holds up no other. */
  private async fly({ shipmentId, from, to, sop }: ShipmentHeader): Promise<Flown> {
    const baseline = await once(this.versions, sop?.version ?? 0, (version) => this.read(version))
    if (!baseline) return { shipmentId, skipped: `Version ${sop?.version} is gone` }
    const people = await once(this.people, `${from} ${to}`, () => loadPeople(this.context, [from, to]))
    const { tenantId } = this.context
    try {
      const state = await loadShipment(this.context, shipmentId)
      return await fly(
        state,
        { draft: this.draft, baseline },
        { sopId: this.sopId, tenantId, now: timestamp(), people },
      )
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { shipmentId, skipped: `${error.code}: ${error.message}` }
    }
  }

  private async read(version: number): Promise<JsonObject | undefined> {
    try {
      return (await readVersion(this.context, this.sopId, version)).definition
    } catch (error) {
      if (error instanceof AppError && error.kind === 'not_found') return undefined
      throw error
    }
  }
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, read: (key: K) => Promise<V>): Promise<V> {
  const found = known.get(key) ?? read(key)
  known.set(key, found)
  return found
}
