/** A closed loop of HTTP clients: each sends its next request when the last one is answered. */
import { Agent, request } from 'node:http'
import { rounded, summary } from './statistics'

export interface Call {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

export interface Rate {
  clients: number
  seconds: number
  requests: number
  /** Requests a second. */
  rate: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Milliseconds of processor time that the side under load spent for a request, with all that the requests set off meanwhile. */
  cpu: number
}

export interface LoadOptions {
  clients: number
  seconds: number
  /** Seconds before measuring starts. */
  warmUp: number
  /** Processor time that the side under load has used so far, milliseconds. */
  cpu(): number
}

/** Calls until the time is up. `work` answers when its call has succeeded and throws when it has not. */
export async function measure(options: LoadOptions, work: (serial: number) => Promise<void>): Promise<Rate> {
  let serial = 0
  const begin = performance.now() + options.warmUp * 1000
  const end = begin + options.seconds * 1000
  const latencies: number[] = []
  let cpuBefore: number | undefined
  const client = async () => {
    for (;;) {
      const started = performance.now()
      if (started >= end) return
      await work(serial++)
      const now = performance.now()
      // Counted by when they end, so that the warm-up's last and the run's last weigh the same.
      if (now < begin || now >= end) continue
      cpuBefore ??= options.cpu()
      latencies.push(now - started)
    }
  }
  await Promise.all(Array.from({ length: options.clients }, client))
  const cpu = rounded((options.cpu() - (cpuBefore ?? options.cpu())) / Math.max(latencies.length, 1), 2)
  return { clients: options.clients, seconds: options.seconds, ...summary(latencies, options.seconds), cpu }
}

export interface Caller {
  /** Sends a call over a kept-alive connection; throws when the status is not `expected`. */
  send(call: Call, expected: number): Promise<string>
  close(): void
}

export function createCaller(url: string, connections: number): Caller {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    send: ({ method, path, headers, body }, expected) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const options = { hostname, port, agent, method, path, headers: { ...headers, ...length } }
        const call = request(options, (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString()
            if (answer.statusCode === expected) resolve(text)
            else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`))
          })
          answer.on('error', reject)
        })
        call.on('error', reject)
        call.end(body)
      }),
    close: () => agent.destroy(),
  }
}
