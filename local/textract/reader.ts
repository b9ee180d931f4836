/** The reading thread as seen from outside: a queue, a deadline for each document, and a watch over memory. */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Gate } from './gate'
import { DocumentError, unreadable } from './page'
import type { ReadRequest, ReadResult } from './read'
import type { ReadMessage, ReadReply } from './worker'

export interface Reader {
  /**
   * Reads a document in the thread. Urgent ones (synchronous calls) go before waiting ones.
   * Rejects with DocumentError for what Textract would refuse, including what exceeds deadline or memory.
   */
  read(bytes: Uint8Array, request: ReadRequest, options: { urgent: boolean }): Promise<ReadResult>
  close(): Promise<void>
}

export interface ReaderLimits {
  /** Milliseconds for one request, start of the thread included. */
  deadline: number
  /** Bytes that the process may grow by while one document is read. */
  memory: number
}

const LIMITS: ReaderLimits = { deadline: 90_000, memory: 1_600_000_000 }

interface Job {
  message: ReadMessage
  resolve(result: ReadResult): void
  reject(error: Error): void
}

export function createReader(limits: ReaderLimits = LIMITS): Reader {
  const waiting: Job[] = []
  let thread: { worker: Worker; gate: Gate } | undefined
  let current: { job: Job; stop(): void } | undefined
  let sequence = 0

  const finish = (settle: (job: Job) => void): void => {
    const done = current
    current = undefined
    done?.stop()
    if (done) settle(done.job)
    next()
  }

  const drop = (error: Error): void => {
    const dead = thread
    thread = undefined
    if (dead) void end(dead)
    finish((job) => job.reject(error))
  }

  const start = (): { worker: Worker; gate: Gate } => {
    const gate = new Gate()
    const worker = new Worker(join(__dirname, 'worker.cjs'), {
      // Test runners and debuggers hand their own flags down otherwise.
      execArgv: [],
      workerData: gate.buffer,
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    })
    worker.on('message', (reply: ReadReply) => {
      if (worker !== thread?.worker || reply.id !== current?.job.message.id) return
      finish((job) => {
        if ('result' in reply) job.resolve(reply.result)
        else if ('refused' in reply) job.reject(new DocumentError(reply.refused.code, reply.refused.message))
        else job.reject(new Error(reply.failed))
      })
    })
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (worker === thread?.worker) drop(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? unreadable() : error)
    })
    worker.on('exit', () => {
      if (worker === thread?.worker) drop(new Error('The reading thread ended'))
    })
    // A warm engine must not keep a process alive that has nothing else to do.
    worker.unref()
    return { worker, gate }
  }

  const next = (): void => {
    if (current) return
    const job = waiting.shift()
    if (!job) return
    thread ??= start()
    thread.worker.ref()
    current = {
      job,
      stop: watch(
        limits,
        () => drop(unreadable()),
        () => thread?.worker.unref(),
      ),
    }
    thread.worker.postMessage(job.message)
  }

  return {
    read(bytes, request, { urgent }) {
      return new Promise((resolve, reject) => {
        sequence += 1
        const job: Job = { message: { id: sequence, bytes, request }, resolve, reject }
        if (urgent) waiting.unshift(job)
        else waiting.push(job)
        next()
      })
    },
    async close() {
      const left = [...(current ? [current.job] : []), ...waiting.splice(0)]
      const last = thread
      thread = undefined
      current?.stop()
      current = undefined
      for (const job of left) job.reject(new Error('The reader was closed'))
      if (last) await end(last)
    },
  }
}

/** Ends a thread between its calls into native code. */
async function end({ worker, gate }: { worker: Worker; gate: Gate }): Promise<void> {
  await gate.shut()
  await worker.terminate()
}

/** Calls back when the document takes too long or too much memory. */
function watch(limits: ReaderLimits, exceeded: () => void, stopped: () => void): () => void {
  const before = process.memoryUsage.rss()
  const deadline = setTimeout(exceeded, limits.deadline)
  const memory = setInterval(() => {
    if (process.memoryUsage.rss() - before > limits.memory) exceeded()
  }, 100)
  return () => {
    clearTimeout(deadline)
    clearInterval(memory)
    stopped()
  }
}
