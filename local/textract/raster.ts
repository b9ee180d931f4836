/** Pixel work on one page: grey bytes, connected components, letter size. Pure arithmetic. */
import type { Box } from './geometry'

export interface Gray {
  width: number
  height: number
  data: Uint8Array
}

/** One byte a pixel: 1 is ink. */
export interface Mask {
  width: number
  height: number
  data: Uint8Array
}

export function grayFromRgba(rgba: Uint8ClampedArray, width: number, height: number): Gray {
  const data = new Uint8Array(width * height)
  for (let pixel = 0, at = 0; pixel < data.length; pixel += 1, at += 4)
    data[pixel] = ((rgba[at] ?? 0) * 77 + (rgba[at + 1] ?? 0) * 151 + (rgba[at + 2] ?? 0) * 28) >> 8
  return { width, height, data }
}

export interface Component extends Box {
  pixels: number
}

/** Connected components (eight neighbours) by runs. */
export function componentsOf(mask: Mask): Component[] {
  const pieces = new Pieces()
  let previous: Run[] = []
  for (let y = 0; y < mask.height; y += 1) {
    const current: Run[] = []
    let below = 0
    for (const [from, to] of runsOf(mask.data.subarray(y * mask.width, (y + 1) * mask.width))) {
      while (below < previous.length && (previous[below]?.to ?? 0) < from) below += 1
      let id = -1
      for (let other = below; other < previous.length; other += 1) {
        const run = previous[other]
        if (!run || run.from > to) break
        id = id === -1 ? pieces.root(run.id) : pieces.join(id, run.id)
      }
      current.push({ from, to, id: pieces.extend(id, from, to, y) })
    }
    previous = current
  }
  return pieces.whole()
}

interface Run {
  from: number
  to: number
  id: number
}

/** Where each run of ink in a row begins and ends. */
function runsOf(row: Uint8Array): [from: number, to: number][] {
  const runs: [number, number][] = []
  let from = row.indexOf(1)
  while (from !== -1) {
    const blank = row.indexOf(0, from)
    const to = blank === -1 ? row.length : blank
    runs.push([from, to])
    from = row.indexOf(1, to)
  }
  return runs
}

/** Components while they grow together. */
class Pieces {
  private readonly parent: number[] = []
  private readonly boxes: Component[] = []

  root(index: number): number {
    let root = index
    while (this.parent[root] !== root) root = this.parent[root] ?? root
    this.parent[index] = root
    return root
  }

  join(into: number, other: number): number {
    const from = this.root(other)
    const a = this.boxes[into]
    const b = this.boxes[from]
    if (from === into || !a || !b) return into
    this.parent[from] = into
    a.left = Math.min(a.left, b.left)
    a.top = Math.min(a.top, b.top)
    a.right = Math.max(a.right, b.right)
    a.bottom = Math.max(a.bottom, b.bottom)
    a.pixels += b.pixels
    return into
  }

  extend(id: number, from: number, to: number, y: number): number {
    const box = this.boxes[id]
    if (!box) {
      this.parent.push(this.boxes.length)
      return this.boxes.push({ left: from, top: y, right: to, bottom: y + 1, pixels: to - from }) - 1
    }
    box.left = Math.min(box.left, from)
    box.right = Math.max(box.right, to)
    box.bottom = y + 1
    box.pixels += to - from
    return id
  }

  whole(): Component[] {
    return this.boxes.filter((_, index) => this.parent[index] === index)
  }
}

/** Typical height of a letter: the median by area, so that specks do not outvote the text; drawings are left out. */
export function letterHeight(components: readonly Component[]): number {
  const letters = components
    .map((box) => ({ tall: box.bottom - box.top, wide: box.right - box.left }))
    .filter(({ tall, wide }) => tall >= 5 && tall < 160 && wide >= 2 && wide < tall * 3)
    .sort((a, b) => a.tall - b.tall)
  const total = letters.reduce((sum, { tall, wide }) => sum + Math.min(wide, tall), 0)
  let passed = 0
  for (const { tall, wide } of letters) {
    passed += Math.min(wide, tall)
    if (passed >= total * 0.45) return tall
  }
  return 0
}

/** Sets a band of pixels, used to take ruled lines out of the ink and off the paper. */
export function paint(target: Gray | Mask, boxes: readonly Box[], value: number, margin: number): void {
  for (const box of boxes) {
    const left = Math.max(0, Math.floor(box.left - margin))
    const right = Math.min(target.width, Math.ceil(box.right + margin))
    for (let y = Math.max(0, box.top - margin); y < Math.min(target.height, box.bottom + margin); y += 1)
      target.data.fill(value, y * target.width + left, y * target.width + right)
  }
}

/** Turns light text on dark bands into dark on light, in place: a filled area has more ink than letters ever have. */
export function brightenBands(gray: Gray, letter: number): void {
  const dark = new Uint8Array(gray.data.length)
  for (let at = 0; at < dark.length; at += 1) dark[at] = (gray.data[at] ?? 255) < 120 ? 1 : 0
  for (const box of componentsOf({ width: gray.width, height: gray.height, data: dark })) {
    const wide = box.right - box.left
    const tall = box.bottom - box.top
    if (wide < letter * 4 || tall < letter * 1.1 || box.pixels < wide * tall * 0.55) continue
    for (let y = box.top; y < box.bottom; y += 1)
      for (let x = y * gray.width + box.left; x < y * gray.width + box.right; x += 1)
        gray.data[x] = 255 - (gray.data[x] ?? 0)
  }
}
