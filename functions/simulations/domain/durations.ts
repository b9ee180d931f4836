/** How long steps take: as was observed in replays of real shipments. Sketches add up, so pages of a job do, too. */
import type { ObservedDurations } from '../../../schemas/sop-simulation'
import { merged, quantile, type Sketch, sketchOf } from '../../kpis/domain/sketch'
import type { WaitRecord } from '../../sops/domain/virtual/run'

/** Seconds from the beginning of a wait to its end, by step. */
export type Observed = Record<string, Sketch>

export function observedIn(waits: readonly WaitRecord[]): Observed {
  const observed: Observed = {}
  for (const { key, since, settledAt } of waits)
    if (settledAt !== undefined) observed[key] = sketchOf([(Date.parse(settledAt) - Date.parse(since)) / 1000])
  return observed
}

export function together(a: Observed, b: Observed): Observed {
  const sum = { ...a }
  for (const [key, sketch] of Object.entries(b)) sum[key] = merged([sum[key] ?? {}, sketch])
  return sum
}

const count = (sketch: Sketch) => Object.values(sketch).reduce((sum, it) => sum + it, 0)

/** Steps between the least and the longest duration that are drawn from. */
const STEPS = 100

export interface Durations {
  /** Milliseconds that a step takes; `random` from 0 to 1. Undefined where nothing was observed. */
  draw(key: string, random: number): number | undefined
  observations(key: string): number
}

export const NONE_OBSERVED: Durations = { draw: () => undefined, observations: () => 0 }

export function durationsOf(observed: Observed): Durations {
  const tables = new Map(
    Object.entries(observed).map(([key, sketch]) => {
      const values = Array.from({ length: STEPS + 1 }, (_, step) => (quantile(sketch, step / STEPS) ?? 0) * 1000)
      return [key, { values, observations: count(sketch) }] as const
    }),
  )
  return {
    draw: (key, random) => tables.get(key)?.values[Math.round(random * STEPS)],
    observations: (key) => tables.get(key)?.observations ?? 0,
  }
}

/** For people: hours. */
export const summaryOf = (observed: Observed): ObservedDurations['steps'] =>
  Object.entries(observed).map(([key, sketch]) => ({
    key,
    observations: count(sketch),
    hours: { p50: hours(quantile(sketch, 0.5)), p90: hours(quantile(sketch, 0.9)) },
  }))

const hours = (seconds: number | null) => Math.round((seconds ?? 0) / 360) / 10
