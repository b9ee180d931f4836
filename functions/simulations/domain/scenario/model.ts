/** When what is waited for comes. */
import { next } from '../../../../engine/random'
import type { SimulateSop } from '../../../../schemas/sop-simulation'
import type { Awaited, Wait } from '../../../../schemas/wait'
import type { Durations } from '../durations'

const HOUR = 3600_000
const MINUTE = 60_000

/** Share of the time to its deadline that a wait takes when nothing varies. */
const SHARE: Record<Awaited['kind'], number> = {
  task: 0.5,
  document: 0.7,
  milestone: 0.95,
  consistency: 0.8,
  until: 1,
  process: 0.5,
}
/** Of the logarithm of the durations: one in seven is a quarter longer, or more. */
const SPREAD = 0.22

/** Numbers in [0, 1), the same for the same seed. */
export function chance(seed: number): () => number {
  const random = { seed }
  return () => next(random)
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Epoch milliseconds; undefined when it never comes. */
export function arrivalOf(
  { stepKey, awaited }: Wait,
  { now, deadline }: { now: number; deadline: number },
  scenario: SimulateSop,
  { random, durations }: Chances,
): number | undefined {
  const types =
    awaited.kind === 'document' ? [awaited.documentType] : awaited.kind === 'consistency' ? awaited.documentTypes : []
  // A moment passes by itself.
  if (awaited.kind === 'until' || types.some((type) => scenario.missingDocuments.includes(type))) return undefined
  const late = scenario.delays.find(({ key }) => key === stepKey)?.hours ?? 0
  const held = holdsAt(awaited) ? (scenario.customsHold ?? 0) : 0
  const takes =
    scenario.runs > 1
      ? (durations.draw(stepKey, random()) ?? planned(awaited, deadline - now) * Math.exp(SPREAD * normal(random)))
      : (durations.draw(stepKey, 0.5) ?? planned(awaited, deadline - now))
  return Math.round(now + Math.max(MINUTE, takes) + (late + held) * HOUR)
}

const planned = ({ kind }: Awaited, left: number) => left * SHARE[kind]

export interface Chances {
  /** From 0 to 1. */
  random: () => number
  durations: Durations
}

/** Where customs may hold a shipment. */
export const holdsAt = (awaited: Awaited) =>
  awaited.kind === 'milestone' && (awaited.milestone === 'EXPORT_CLEARED' || awaited.milestone === 'IMPORT_CLEARED')
