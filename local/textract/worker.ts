/** The thread that reads documents: one at a time, its OCR engine kept warm between them. */
import { parentPort, workerData } from 'node:worker_threads'
import { Gate } from './gate'
import { DocumentError } from './page'
import { type ReadRequest, type ReadResult, readDocument } from './read'
import { createRecogniser } from './recogniser'
import type { Engines } from './scan'
import { createSecondEngine } from './second-engine'

export interface ReadMessage {
  id: number
  bytes: Uint8Array
  request: ReadRequest
}

export type ReadReply =
  | { id: number; result: ReadResult }
  | { id: number; refused: { code: DocumentError['code']; message: string } }
  | { id: number; failed: string }

const gate = new Gate(workerData instanceof SharedArrayBuffer ? workerData : undefined)

let engines: Promise<Engines> | undefined
const warmEngines = (): Promise<Engines> => {
  engines ??= startEngines()
  return engines
}

async function startEngines(): Promise<Engines> {
  const [recogniser, second] = await Promise.all([createRecogniser(), createSecondEngine(gate)])
  return { recogniser, second }
}

async function reply({ id, bytes, request }: ReadMessage): Promise<ReadReply> {
  try {
    return { id, result: await readDocument(bytes, request, warmEngines) }
  } catch (error) {
    if (error instanceof DocumentError) return { id, refused: { code: error.code, message: error.message } }
    return { id, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

const port = parentPort
port?.on('message', (message: ReadMessage) => {
  void reply(message).then((answer) => port.postMessage(answer))
})
