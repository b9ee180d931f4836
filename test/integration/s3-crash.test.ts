import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { QUEUE, startBucket } from '../unit/local-messaging/killed-s3'
import { cleanUp, newFolder } from '../unit/local-messaging/runtime'

const SCRIPT = join(__dirname, '../unit/local-messaging/killed-s3.ts')
const authorization = 'AWS4-HMAC-SHA256 Credential=AKIATEST/20261122/us-east-1/s3/aws4_request'

function startProcess(folder: string): Promise<{ child: ChildProcess; url: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', (line: Buffer) => resolve({ child, url: line.toString().trim() }))
    child.once('error', reject)
  })
}

/** Uploads until the process is gone; answers the keys whose upload was confirmed. */
async function uploadUntilKilled(folder: string, run: number, count: number): Promise<string[]> {
  const { child, url } = await startProcess(folder)
  const confirmed: string[] = []
  const uploader = async (who: number) => {
    for (let n = 0; ; n++) {
      const key = `${run}-${who}-${n}`
      const answer = await fetch(`${url}/${key}`, { method: 'PUT', headers: { authorization }, body: key.repeat(5000) })
      if (answer.status === 200) confirmed.push(key)
      if (confirmed.length === count) child.kill('SIGKILL')
    }
  }
  await Promise.allSettled([1, 2, 3, 4].map(uploader))
  return confirmed
}

afterEach(cleanUp)

test('kill -9 loses no object whose upload was confirmed, nor its event, and leaves no stray file', async () => {
  const folder = newFolder()
  const confirmed = [...(await uploadUntilKilled(folder, 1, 30)), ...(await uploadUntilKilled(folder, 2, 47))]
  const { runtime, queues, server, url } = await startBucket(folder)
  for (const key of confirmed) {
    const answer = await fetch(`${url}/${key}`, { headers: { authorization } })
    expect([key, await answer.text()]).toEqual([key, key.repeat(5000)])
  }
  const stored = runtime.state.prepare('SELECT COUNT(*) AS n FROM s3_objects').get() as { n: number }
  expect(readdirSync(join(folder, 's3', 'objects'))).toHaveLength(stored.n)
  expect(readdirSync(join(folder, 's3', 'uploads'))).toHaveLength(0)
  expect(queues.counts(QUEUE).ready).toBe(stored.n)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  runtime.drop()
})
