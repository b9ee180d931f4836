/**
 * Keeps a thread from being ended inside native code, which would take the process with it: who ends it shuts the gate and
 * waits until nobody is behind it.
 */
export class Gate {
  readonly #cells: Int32Array

  /** `buffer` is what both threads share; the side that makes the gate leaves it out. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#cells = new Int32Array(buffer)
  }

  /** Runs a call behind the gate; rejects when it is shut already. */
  async within<T>(call: () => Promise<T>): Promise<T> {
    Atomics.add(this.#cells, INSIDE, 1)
    try {
      if (Atomics.load(this.#cells, SHUT) === 1) throw new Error('The reading thread is being ended')
      return await call()
    } finally {
      Atomics.sub(this.#cells, INSIDE, 1)
    }
  }

  /** Lets nobody in any more; resolves when the last one is out, or will never come. */
  async shut(): Promise<void> {
    Atomics.store(this.#cells, SHUT, 1)
    for (let waited = 0; Atomics.load(this.#cells, INSIDE) > 0 && waited < PATIENCE; waited += PAUSE)
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

const [INSIDE, SHUT] = [0, 1]
/** Milliseconds between looks; a call takes some ten. */
const PAUSE = 5
/** Milliseconds after which a thread is taken for dead: it cannot leave the gate any more. */
const PATIENCE = 20_000
