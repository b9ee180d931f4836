/** A shipment that is moved between versions of its SOP in memory, by the rules of migrations. */
import type { JsonObject } from '../../engine/json'
import { type Move, planMove, type Version, versionOf } from '../../functions/migrations/domain/plan'
import { decideReversal } from '../../functions/migrations/domain/reversal'
import type { ShipmentState } from '../../functions/shipments/store'
import { committed } from '../../functions/sops/domain/virtual/facts'
import type { ProductSopId } from '../../schemas/sop'
import type { Wait } from '../../schemas/wait'
import { aShipment, ORDERED } from './shipments'
import { planOf } from './sop-plans'
import { SopWorld } from './sop-world'

/** With a pin; waits of an earlier run are waited for no more. */
const pinned = (state: ShipmentState, sopId: ProductSopId, version: number): ShipmentState => ({
  ...state,
  waits: [],
  header: { ...state.header, sop: { sopId, version, versionArn: `v${version}`, executionArn: `e${version}`, run: 1 } },
})

/** A shipment of the SOP on its version 1. */
export const begun = (sopId: ProductSopId, definition: JsonObject) =>
  SopWorld.on(definition, sopId, pinned(aShipment(planOf(sopId, ORDERED)), sopId, 1), ORDERED)

/** The same shipment on a definition, as it stands. */
export const resumed = (
  sopId: ProductSopId,
  definition: JsonObject,
  state: ShipmentState,
  now: string,
  version: number,
) => SopWorld.on(definition, sopId, pinned(state, sopId, version), now)

const HOUR = 3600_000

/** How a world answers a shipment: which wait it serves next, and how long that takes. */
export interface Way {
  choose?: ((waits: Wait[]) => Wait | undefined) | undefined
  lateByHours?: number | undefined
  /** At most so many waits. */
  turns?: number
}

/** Serves waits until the end, or until it has served as many as it should. */
export async function serve(world: SopWorld, { choose = first, lateByHours = 1, turns = 300 }: Way = {}) {
  for (let turn = 0; world.running && turn < turns; turn += 1) await serveOne(world, choose, lateByHours)
  return world
}
const first = (waits: Wait[]): Wait | undefined => waits[0]

async function serveOne(world: SopWorld, choose: (waits: Wait[]) => Wait | undefined, lateByHours: number) {
  await world.passUntil(Date.parse(world.now) + lateByHours * HOUR)
  const wait = choose(world.state.waits)
  if (!wait) throw new Error(`Nothing is waited for; it stands at ${world.entered.at(-1)}`)
  await world.deliver(wait)
}

export interface Point {
  state: ShipmentState
  now: string
  waits: string[]
}

const at = (world: SopWorld): Point => ({
  state: world.state,
  now: world.now,
  waits: world.state.waits.map(({ stepKey }) => stepKey),
})

/** Every point at which a shipment of the SOP stands and waits, from its start to its end. */
export async function standingPoints(sopId: ProductSopId, definition: JsonObject, way: Way = {}): Promise<Point[]> {
  const { choose = first, lateByHours = 1 } = way
  const world = await begun(sopId, definition)
  const points: Point[] = []
  while (world.running) {
    points.push(at(world))
    await world.passUntil(Date.parse(world.now) + lateByHours * HOUR)
    if (lateByHours > 1) points.push(at(world))
    await serveOne(world, choose, 0)
  }
  return points
}

export interface Moved {
  world: SopWorld
  move: Move
  /** The shipment as the migration has left it, before its SOP goes on. */
  decided: ShipmentState
  /** Another world like it, as it began. */
  again(): Promise<SopWorld>
}

/** Two definitions as versions of the SOP. */
export interface Versions {
  from: Version
  to: Version
}
export const versions = (from: JsonObject, to: JsonObject): Versions => ({
  from: versionOf(1, from),
  to: versionOf(2, to),
})

/** What a migration does to one shipment: plan, cancel and change tasks, start the target version anew. */
export async function moved(
  sopId: ProductSopId,
  { state, now }: Pick<Point, 'state' | 'now'>,
  { from, to }: Versions,
): Promise<Moved> {
  const request = { sopId, state, from, to, includeUnchanged: true }
  const move = await planMove(request, { tenantId: 'demo', now, denied: [] })
  const decided = committed(state, move.decision, now)
  const again = () => resumed(sopId, to.definition, decided, now, to.version)
  return { move, decided, world: await again(), again }
}

/** What a reversal does to it. */
export async function reversed(
  sopId: ProductSopId,
  { world, move }: Pick<Moved, 'world' | 'move'>,
  { from, to }: Versions,
) {
  const decision = decideReversal(world.state, move, { from: to, to: from }, world.now)
  const decided = committed(world.state, decision, world.now)
  return { decided, world: await resumed(sopId, from.definition, decided, world.now, from.version) }
}
