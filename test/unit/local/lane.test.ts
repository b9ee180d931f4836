import { Lane } from '../../../local/lambda-lane'

/** Work that ends when told. */
function job() {
  let finish = () => {}
  const state = { started: false, finish: () => finish() }
  const work = () => {
    state.started = true
    return new Promise<void>((done) => {
      finish = done
    })
  }
  return { state, work }
}
const turns = async () => {
  for (let n = 0; n < 5; n++) await new Promise((done) => setImmediate(done))
}

test('as many run in the background as may, and the next when one ends', async () => {
  const lane = new Lane(2)
  const jobs = [job(), job(), job()]
  const all = jobs.map(({ work }) => lane.background(work))
  await turns()
  expect(jobs.map(({ state }) => state.started)).toEqual([true, true, false])
  jobs[0]?.state.finish()
  await turns()
  expect(jobs[2]?.state.started).toBe(true)
  for (const { state } of jobs) state.finish()
  await Promise.all(all)
})

test('while a request is under way the background runs one at a time, with pauses, but never stops', async () => {
  const lane = new Lane(2)
  const request = job()
  const served = lane.urgent(request.work)
  let running = 0
  let most = 0
  const turn = async () => {
    most = Math.max(most, ++running)
    await new Promise((done) => setTimeout(done, 5))
    running--
  }
  const from = performance.now()
  await Promise.all([1, 2, 3, 4].map(() => lane.background(turn)))
  expect(most).toBe(1)
  // Four turns of 5 ms and three pauses of at least 15 ms.
  expect(performance.now() - from).toBeGreaterThan(60)
  request.state.finish()
  await served
})

test('soon after the last request the background goes on, without waiting for the end of its pause', async () => {
  const lane = new Lane(2)
  const request = job()
  const served = lane.urgent(request.work)
  await lane.background(() => new Promise((done) => setTimeout(done, 50)))
  const next = job()
  const later = lane.background(next.work)
  await turns()
  expect(next.state.started).toBe(false)
  const from = performance.now()
  request.state.finish()
  await served
  await turns()
  expect(next.state.started).toBe(false)
  while (!next.state.started && performance.now() - from < 1000) await turns()
  // The pause after a turn of 50 ms is 150 ms.
  expect(performance.now() - from).toBeLessThan(100)
  next.state.finish()
  await later
})

test('one that waits long gives its turn away', async () => {
  const lane = new Lane(2)
  const jobs = [job(), job(), job()]
  const all = jobs.map(({ work }) => lane.background(work))
  await turns()
  expect(jobs[2]?.state.started).toBe(false)
  await new Promise((done) => setTimeout(done, 1100))
  expect(jobs[2]?.state.started).toBe(true)
  for (const { state } of jobs) state.finish()
  await Promise.all(all)
})
