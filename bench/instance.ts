/** The local runtime as `npm start` runs it: a process of its own, so that measuring it and being measured do not share a thread. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import * as z from 'zod'
import { type Usage, usageOf } from './processes'

export interface Instance {
  url: string
  /** Milliseconds from the start of the process to the line that says it is ready. */
  readyAfter: number
  token(roles: string[], organization?: string): Promise<string>
  /** Whether everything in the background came to rest in time. */
  settled(milliseconds: number): Promise<boolean>
  /** What the runtime counted since the last reset. */
  metrics(): Promise<Record<string, number>>
  resetMetrics(metering: boolean): Promise<void>
  /** Of the process and those that it started. */
  usage(): Usage
  stop(): Promise<void>
}

export const TENANT = 'harbour'
const ROOT = join(__dirname, '..')
const READY = /Portolan ready on (\S+)/
const START_WITHIN = 60_000

/** Starts on `dataDir`. With `profileDir`, CPU profiles are written there when it stops. */
export async function startInstance(
  assemblyDir: string,
  dataDir: string,
  profileDir: string | undefined,
): Promise<Instance> {
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir]
  const command = [join(ROOT, 'local', 'cli.ts'), 'start', '--port', '0', '--data', dataDir, '--assembly', assemblyDir]
  const started = performance.now()
  const child = spawn(process.execPath, [...profiling, '--import', 'tsx', ...command], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await ready(child)
  const readyAfter = performance.now() - started
  const local = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_local/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  return {
    url,
    readyAfter,
    async token(roles, organization) {
      const request = { tenant: TENANT, roles, ...(organization === undefined ? {} : { organization }) }
      return z.object({ token: z.string() }).parse(await local('POST', 'token', request)).token
    },
    settled: async (milliseconds) =>
      z.object({ settled: z.boolean() }).parse(await local('GET', `settled?timeout=${milliseconds}`)).settled,
    metrics: async () => z.record(z.string(), z.number()).parse(await local('GET', 'metrics')),
    async resetMetrics(metering) {
      await local('POST', 'metrics/reset', { metering })
    },
    usage: () => usageOf(child.pid ?? 0),
    async stop() {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      await gone
    },
  }
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`The runtime was not ready in time: ${said}`))
    }, START_WITHIN)
    const listen = (chunk: Buffer) => {
      said += chunk
      const url = READY.exec(said)?.[1]
      if (url === undefined) return
      clearTimeout(late)
      resolve(url)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`The runtime ended with ${code} before it was ready: ${said}`))
    })
  })
}
