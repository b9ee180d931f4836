/** Who may run now: what someone waits for over HTTP at once, the rest by turns, so that it never starves those. */

/** A turn in the background that lasts this long waits for something rather than computes: the next may start. Milliseconds. */
const TURN = 1000
/** While HTTP requests are under way, the background pauses this many times as long as its last turn took. */
const PAUSE_FACTOR = 3
const LONGEST_PAUSE = 200
/** Who has just been answered is about to ask again: for this long a request counts as under way. Milliseconds. */
const LINGER = 10

/** `most` turns of the background at a time; one, with pauses, while urgent work is under way. */
export class Lane {
  private urgentNow = 0
  private running = 0
  private pauseUntil = 0
  private alarm: NodeJS.Timeout | undefined
  private lingering: NodeJS.Timeout | undefined
  private readonly waiting: (() => void)[] = []

  constructor(private readonly most: number) {}

  async urgent<T>(work: () => Promise<T>): Promise<T> {
    this.urgentNow++
    try {
      return await work()
    } finally {
      this.urgentNow--
      this.linger()
    }
  }

  async background<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((admitted) => {
      this.waiting.push(admitted)
      this.admit()
    })
    const from = performance.now()
    let holds = true
    const release = () => {
      if (!holds) return
      holds = false
      this.running--
      this.pauseUntil = performance.now() + Math.min(PAUSE_FACTOR * (performance.now() - from), LONGEST_PAUSE)
      this.admit()
    }
    const timer = setTimeout(release, TURN)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      release()
    }
  }

  private linger(): void {
    clearTimeout(this.lingering)
    this.lingering = setTimeout(() => {
      this.lingering = undefined
      this.admit()
    }, LINGER)
  }

  private awaited(): boolean {
    return this.urgentNow > 0 || this.lingering !== undefined
  }

  private admit(): void {
    while (this.waiting.length > 0 && this.running < (this.awaited() ? 1 : this.most)) {
      const pause = this.awaited() ? this.pauseUntil - performance.now() : 0
      if (pause > 0) {
        this.admitIn(pause)
        return
      }
      this.running++
      this.waiting.shift()?.()
    }
  }

  private admitIn(milliseconds: number): void {
    this.alarm ??= setTimeout(() => {
      this.alarm = undefined
      this.admit()
    }, milliseconds)
  }
}
