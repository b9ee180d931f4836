import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { template, writeAssembly } from './local-fixture'

const ROOT = resolve(__dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'portolan-cli-'))
const assembly = join(dir, 'cdk.out')
const data = join(dir, 'data')
const running = new Set<ChildProcess>()

function cli(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'local/cli.ts'), ...args], { cwd: ROOT })
  running.add(child)
  return child
}

async function finished(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  running.delete(child)
  return { code, out, err }
}

/** Settles with all that was printed once the ready line stands there. */
function ready(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let out = ''
    child.stdout?.on('data', (chunk) => {
      out += chunk
      if (/ready on .*\n.*\n/.test(out)) done(out)
    })
    child.once('close', (code) => fail(new Error(`ended with ${code}: ${out}`)))
  })
}
const start = () => cli('start', '--port', '0', '--data', data, '--assembly', assembly, '--empty')
const urlIn = (out: string) => out.match(/http:\/\/[\d.:]+/)?.[0] ?? ''
const token = async () =>
  (await finished(cli('token', '--role', 'operations', '--data', data, '--assembly', assembly))).out.trim()

beforeAll(() => writeAssembly(assembly, template()))
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(dir, { recursive: true })
})

test('start prints the address and how to get a token; a token minted beside it is accepted; SIGTERM ends it cleanly', async () => {
  const child = start()
  const out = await ready(child)
  expect(out).toMatch(
    /^Portolan ready on http:\/\/127\.0\.0\.1:\d+\nA token: npm run token -- --role operations --data .*\n$/,
  )
  const bearer = await token()
  expect(bearer).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/)
  const answer = await fetch(`${urlIn(out)}/plain`, { headers: { authorization: `Bearer ${bearer}` } })
  expect(answer.status).toBe(200)
  child.kill('SIGTERM')
  expect((await finished(child)).code).toBe(0)
}, 60_000)

test('after kill -9 the next start has what was acknowledged, finishes what was under way, and the database is free', async () => {
  let child = start()
  let url = urlIn(await ready(child))
  const authorization = `Bearer ${await token()}`
  for (let n = 0; n < 20; n++) {
    const put = await fetch(`${url}/items/kept-${n}`, { method: 'PUT', headers: { authorization }, body: 'cargo' })
    expect(put.status).toBe(200)
  }
  child.kill('SIGKILL')
  await finished(child)

  child = start()
  url = urlIn(await ready(child))
  const settled = await fetch(`${url}/_local/settled`)
  expect(JSON.parse(await settled.text())).toEqual({ settled: true, pending: {} })
  for (let n = 0; n < 20; n++) {
    const item = await fetch(`${url}/items/kept-${n}`, { headers: { authorization } })
    expect(JSON.parse(await item.text())).toMatchObject({ text: 'cargo' })
    const input = { Key: { pk: `kept-${n}`, sk: 'seen' } }
    const seen = await fetch(`${url}/db`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({ command: 'Get', input }),
    })
    expect(JSON.parse(await seen.text()).Item).toMatchObject({ kind: 'seen' })
  }
  child.kill('SIGTERM')
  await finished(child)
}, 60_000)

test('if the database ends by itself the runtime says so and ends', async () => {
  const child = start()
  const end = finished(child)
  await ready(child)
  const found = await finished(spawn('pgrep', ['-f', `^[^ ]*dynoxide serve .*${data}/`]))
  process.kill(Number(found.out.trim()))
  const { code, err } = await end
  expect([code, err]).toEqual([1, expect.stringContaining('the database ended')])
}, 60_000)

test('reset empties the folder, but not one that is in use or is not ours', async () => {
  const child = start()
  await ready(child)
  const refused = await finished(cli('reset', '--data', data))
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Another Portolan is running')])
  child.kill('SIGTERM')
  await finished(child)
  expect((await finished(cli('reset', '--data', data))).code).toBe(0)
  expect(existsSync(data)).toBe(false)

  const other = join(dir, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'thesis.txt'), 'mine')
  const foreign = await finished(cli('reset', '--data', other))
  expect([foreign.code, foreign.err]).toEqual([1, expect.stringContaining('not a data folder of Portolan')])
  expect(existsSync(join(other, 'thesis.txt'))).toBe(true)
}, 60_000)

test('wrong use says how it is used, and so does asking', async () => {
  const asked = await finished(cli('token', '--help'))
  expect([asked.code, asked.out]).toEqual([0, expect.stringContaining('Usage:')])
  const { code, err } = await finished(cli('token'))
  expect([code, err]).toEqual([1, expect.stringContaining('npm run token -- --role ROLE')])
  expect((await finished(cli('sail'))).err).toContain('Usage:')
}, 30_000)
