import type { Runtime } from './service'
import { transact } from './sql'

/** Runs what several callers ask for in one transaction, so that they share one write to the disk. */
export function createGroup({ state: db }: Runtime): <T>(work: () => T) => Promise<T> {
  let waiting: { run(): void; settle(): void; abort(error: unknown): void }[] = []

  function flush() {
    const group = waiting
    waiting = []
    try {
      transact(db, () => {
        for (const { run } of group) run()
      })
      for (const { settle } of group) settle()
    } catch (error) {
      for (const { abort } of group) abort(error)
    }
  }

  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      let settle = () => {}
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        // One that fails takes back its own changes alone.
        run() {
          try {
            const result = transact(db, work)
            settle = () => resolve(result)
          } catch (error) {
            settle = () => reject(error)
          }
        },
        settle: () => settle(),
        abort: reject,
      })
    })
}
