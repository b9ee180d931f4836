/** The one clock: the machine's time plus an offset that tests and demos move forward. */
import type { Database } from 'libsql'
import type { Clock } from './service'
import { readSetting, writeSetting } from './state'

interface Timer {
  time: number
  order: number
  callback: () => void
  cancelled: boolean
}

export interface RuntimeClock extends Clock {
  /** The offset in milliseconds, shared with the worker threads. */
  readonly shared: SharedArrayBuffer
  /** The time of the earliest timer, if there is one. */
  next(): number | undefined
  close(): void
}

// setTimeout holds a signed 32-bit number of milliseconds.
const LONGEST_SLEEP = 2 ** 31 - 1

/** A clock whose offset is kept in the state, so that time does not run backwards over a restart. */
export function createClock(state: Database): RuntimeClock {
  const shared = new SharedArrayBuffer(8)
  const offset = new Float64Array(shared)
  offset[0] = Number(readSetting(state, 'clock offset') ?? 0)
  const timers = new TimerHeap()
  let sleep: NodeJS.Timeout | undefined
  let order = 0
  const now = () => Date.now() + (offset[0] ?? 0)

  const arm = () => {
    clearTimeout(sleep)
    const next = timers.peek()
    if (next === undefined) return
    sleep = setTimeout(fire, Math.min(Math.max(next.time - now(), 0), LONGEST_SLEEP))
  }
  const fire = () => {
    const due: Timer[] = []
    for (let next = timers.peek(); next !== undefined && next.time <= now(); next = timers.peek()) {
      timers.pop()
      due.push(next)
    }
    for (const timer of due) if (!timer.cancelled) timer.callback()
    arm()
  }

  return {
    shared,
    now,
    at(time, callback) {
      const timer: Timer = { time, order: order++, callback, cancelled: false }
      timers.push(timer)
      if (timers.peek() === timer) arm()
      return {
        cancel: () => {
          timer.cancelled = true
        },
      }
    },
    advance(milliseconds) {
      if (milliseconds < 0) throw new Error('Time does not run backwards')
      // Whole milliseconds: Date.now() never answers a fraction.
      const moved = (offset[0] ?? 0) + Math.ceil(milliseconds)
      writeSetting(state, 'clock offset', String(moved))
      offset[0] = moved
      fire()
    },
    next: () => timers.peek()?.time,
    close: () => clearTimeout(sleep),
  }
}

/** A binary heap by time, then by order of arming. */
class TimerHeap {
  private readonly items: Timer[] = []

  /** The earliest timer that was not cancelled. */
  peek(): Timer | undefined {
    while (this.items[0]?.cancelled) this.pop()
    return this.items[0]
  }

  push(timer: Timer): void {
    let at = this.items.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.before(at, parent)) return
      this.swap(at, parent)
      at = parent
    }
  }

  pop(): void {
    const last = this.items.pop()
    if (last === undefined || this.items.length === 0) return
    this.items[0] = last
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      let first = this.before(left, at) ? left : at
      if (this.before(right, first)) first = right
      if (first === at) return
      this.swap(at, first)
      at = first
    }
  }

  private before(left: number, right: number): boolean {
    const a = this.items[left]
    const b = this.items[right]
    return a !== undefined && b !== undefined && (a.time < b.time || (a.time === b.time && a.order < b.order))
  }

  private swap(left: number, right: number): void {
    const a = this.items[left]
    const b = this.items[right]
    if (a === undefined || b === undefined) return
    this.items[left] = b
    this.items[right] = a
  }
}
