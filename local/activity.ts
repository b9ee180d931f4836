/** What is under way, and how much has been done: behind `settled` and the metrics. */

export interface Activity {
  busy(what?: string): { done(): void }
  count(metric: string, by?: number): void
  /** Counters since the start or the last reset. */
  counters(): Record<string, number>
  reset(): void
  /** Waits until nothing is under way, at most `milliseconds`; `pending` says what still is. */
  settled(milliseconds: number): Promise<{ settled: boolean; pending: Record<string, number> }>
}

/** Turns of the event loop that must pass idle: what one piece of work starts next is often only a callback away. */
const QUIET_TURNS = 5

export function createActivity(): Activity {
  const pending = new Map<string, number>()
  const counters = new Map<string, number>()
  let busyNow = 0
  let idle: (() => void)[] = []

  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const becomesIdle = (deadline: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(deadline - Date.now(), 0))
      idle.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  const staysIdle = async () => {
    for (let turns = 0; turns < QUIET_TURNS && busyNow === 0; turns++) await turn()
    return busyNow === 0
  }

  return {
    busy(what = 'work') {
      let open = true
      busyNow++
      pending.set(what, (pending.get(what) ?? 0) + 1)
      return {
        done() {
          if (!open) return
          open = false
          const left = (pending.get(what) ?? 1) - 1
          if (left === 0) pending.delete(what)
          else pending.set(what, left)
          if (--busyNow > 0) return
          const waiting = idle
          idle = []
          for (const resume of waiting) resume()
        },
      }
    },
    count(metric, by = 1) {
      counters.set(metric, (counters.get(metric) ?? 0) + by)
    },
    counters: () => Object.fromEntries([...counters].sort(([a], [b]) => (a < b ? -1 : 1))),
    reset: () => counters.clear(),
    async settled(milliseconds) {
      const deadline = Date.now() + milliseconds
      for (;;) {
        if (await staysIdle()) return { settled: true, pending: {} }
        if (Date.now() >= deadline) return { settled: false, pending: Object.fromEntries(pending) }
        await becomesIdle(deadline)
      }
    },
  }
}
