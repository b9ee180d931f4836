import type { TaskEffect } from '../engine/execution'
import type { Runtime } from './service'

/** Tasks that are sent at a time. */
const CONCURRENT_TASKS = 64

/** Sends tasks, a bounded number at a time, each at most once while this process lives. */
export function createSender(runtime: Runtime, send: (id: number, effect: TaskEffect) => Promise<void>) {
  const waiting: { id: number; effect: TaskEffect; done(): void }[] = []
  let active = 0
  let closed = false

  function next() {
    const item = active < CONCURRENT_TASKS && !closed ? waiting.shift() : undefined
    if (!item) return
    active++
    send(item.id, item.effect)
      .catch((error: unknown) => {
        if (!closed) runtime.log('error', 'a task could not be sent', { error: String(error) })
      })
      .finally(() => {
        active--
        item.done()
        next()
      })
    next()
  }

  return {
    add(id: number, effect: TaskEffect) {
      const busy = runtime.busy('tasks of executions')
      waiting.push({ id, effect, done: () => busy.done() })
      next()
    },
    close() {
      closed = true
      for (const { done } of waiting.splice(0)) done()
    },
  }
}
