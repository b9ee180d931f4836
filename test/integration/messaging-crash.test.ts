import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { startInstance } from '../unit/local-messaging/killed-process'
import { cleanUp, newFolder } from '../unit/local-messaging/runtime'

const SCRIPT = join(__dirname, '../unit/local-messaging/killed-process.ts')

/** Lets the process run until it has put `count` events, kills it, and answers the number of the last event that it told of. */
function runAndKill(folder: string, from: number, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, folder, String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.split('\n').length > count) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      const whole = said.slice(0, said.lastIndexOf('\n')).split('\n')
      if (signal === 'SIGKILL') resolve(Number(whole.at(-1)))
      else reject(new Error('the process ended by itself'))
    })
  })
}

afterEach(cleanUp)

test('kill -9 loses no event that was accepted, in queues, deliveries or the hands of functions', async () => {
  const folder = newFolder()
  let last = -1
  for (const count of [50, 171, 90]) last = await runAndKill(folder, last + 1, count)

  const { runtime, sqs, events } = startInstance(folder)
  await runtime.idle()
  const applied = runtime.state
    .prepare('SELECT who, COUNT(*) AS n FROM applied WHERE n <= ? GROUP BY who ORDER BY who')
    .all(last)
  expect(applied).toEqual([
    { who: 'function', n: last + 1 },
    { who: 'queue', n: last + 1 },
  ])
  expect([sqs.pending(), events.pending()]).toEqual([
    { active: 0, waiting: 0 },
    { active: 0, waiting: 0 },
  ])
  sqs.close()
  events.close()
  runtime.drop()
})
