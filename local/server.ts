/** The one port: management, AWS protocols, files, issuer and the API, told apart by path and header. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { sendJson } from './http-wire'

type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

export interface Fronts {
  management: Handler
  gateway: Handler
  api: Handler
  /** Answers whether the path was the issuer's. */
  issuer(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
  files: Handler
  /** Settles when all that has been committed is on the disk. */
  durable(): Promise<void>
  /** Whether a request is for the object storage: its bucket's name leads the path, or it is signed for it. */
  isFile(request: IncomingMessage): boolean
}

export interface RuntimeServer {
  url: string
  port: number
  /** Requests before this are answered 503. */
  open(fronts: Fronts): void
  close(): Promise<void>
}

/** Listens on 127.0.0.1; port 0 takes a free one. Throws a message for people if the port is taken. */
export async function listen(port: number, onError: (error: unknown) => void): Promise<RuntimeServer> {
  let fronts: Fronts | undefined
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (fronts === undefined) return sendJson(response, 503, { message: 'Starting' })
    dispatch(fronts, request, response).catch((error) => {
      onError(error)
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { message: 'Internal Server Error' })
    })
  })
  const bound = await bind(server, port)
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    open: (opened) => {
      fronts = opened
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE'
      reject(taken ? new Error(`Port ${port} is taken: stop what listens there, or choose another with --port`) : error)
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function dispatch(fronts: Fronts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/'
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  if (path.startsWith('/_local/')) return fronts.management(request, response, path)
  if (request.headers['x-amz-target'] !== undefined || path.startsWith('/2015-03-31/'))
    return fronts.gateway(request, response, path)
  if (fronts.isFile(request)) {
    if (request.method !== 'GET' && request.method !== 'HEAD') endWhenDurable(response, fronts.durable)
    return fronts.files(request, response, path)
  }
  if (path.includes('/.well-known/') || path === '/oauth2/token') {
    if (await fronts.issuer(request, response, path)) return
  }
  return fronts.api(request, response, path)
}

/** Makes the end of an answer, and so its headers, wait for the disk. */
function endWhenDurable(response: ServerResponse, durable: () => Promise<void>): void {
  const end = response.end.bind(response)
  const held = (...given: unknown[]) => {
    durable().then(
      () => Reflect.apply(end, undefined, given),
      () => response.destroy(),
    )
    return response
  }
  Object.defineProperty(response, 'end', { value: held })
}
