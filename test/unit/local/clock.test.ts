import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { createClock } from '../../../local/clock'
import { openState } from '../../../local/state'

const dir = mkdtempSync(join(tmpdir(), 'portolan-clock-'))
const state = openState(dir)
afterAll(() => {
  state.close()
  rmSync(dir, { recursive: true })
})

test('timers ring when time is moved to them, in the order of their times, and cancelled ones never', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ after: fc.integer({ min: 60_000, max: 90_000 }), cancelled: fc.boolean() }), {
        maxLength: 60,
      }),
      (timers) => {
        const clock = createClock(state)
        const start = clock.now()
        const rung: number[] = []
        const armed = timers.map(({ after, cancelled }) => ({
          timer: clock.at(start + after, () => rung.push(after)),
          cancelled,
        }))
        for (const { timer, cancelled } of armed) if (cancelled) timer.cancel()
        // Real time goes on beside it: half a minute is left to a machine that is busy.
        clock.advance(30_000)
        expect(rung).toEqual([])
        clock.advance(60_000)
        clock.close()
        const expected = timers.filter(({ cancelled }) => !cancelled).map(({ after }) => after)
        expect(rung).toEqual(expected.sort((a, b) => a - b))
      },
    ),
    { numRuns: 50 },
  )
})

test('a timer rings by itself when its time comes', async () => {
  const clock = createClock(state)
  const from = clock.now()
  await new Promise<void>((done) => clock.at(from + 20, done))
  expect(clock.now() - from).toBeGreaterThanOrEqual(20)
  clock.close()
})

test('the offset outlives a restart and is shared with workers', () => {
  const before = createClock(state)
  before.advance(3_600_000)
  const after = createClock(state)
  const then = before.now()
  expect(after.now()).toBeGreaterThanOrEqual(then)
  expect(new Float64Array(after.shared)[0]).toBe(new Float64Array(before.shared)[0])
  expect(() => after.advance(-1)).toThrow('Time does not run backwards')
})
