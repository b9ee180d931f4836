/** Pixel work on one page: ink against paper, connected components, ruled lines, skew. Pure arithmetic on grey bytes. */
import { type Box, median } from './geometry'

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

/** Ink is what is clearly darker than its surroundings, so shading, stamps' tints and uneven light do not count. */
export function inkOf(gray: Gray): Mask {
  const { width, height, data } = gray
  const stride = width + 1
  const sums = new Float64Array(stride * (height + 1))
  for (let y = 0; y < height; y += 1) {
    let row = 0
    for (let x = 0; x < width; x += 1) {
      row += data[y * width + x] ?? 0
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row
    }
  }
  const radius = Math.max(12, Math.round(Math.min(width, height) / 60))
  const ink = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    const top = Math.max(0, y - radius) * stride
    const bottom = Math.min(height, y + radius + 1) * stride
    const rows = (bottom - top) / stride
    for (let x = 0; x < width; x += 1) {
      const left = Math.max(0, x - radius)
      const right = Math.min(width, x + radius + 1)
      const sum =
        (sums[bottom + right] ?? 0) - (sums[bottom + left] ?? 0) - (sums[top + right] ?? 0) + (sums[top + left] ?? 0)
      const mean = sum / (rows * (right - left))
      const value = data[y * width + x] ?? 255
      if (value < mean * 0.86 && mean - value > 18) ink[y * width + x] = 1
    }
  }
  return { width, height, data: ink }
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
    for (const [from, to] of runsOf(mask.data, y * mask.width, mask.width)) {
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

function* runsOf(data: Uint8Array, start: number, width: number): Generator<[number, number]> {
  for (let x = 0; x < width; x += 1) {
    if (data[start + x] !== 1) continue
    const from = x
    while (x < width && data[start + x] === 1) x += 1
    yield [from, x]
  }
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

/** Typical height of a letter; specks and drawings left out. */
export function letterHeight(components: readonly Component[]): number {
  const heights = components
    .filter(
      (box) =>
        box.bottom - box.top >= 5 && box.right - box.left >= 2 && box.right - box.left < (box.bottom - box.top) * 4,
    )
    .map((box) => box.bottom - box.top)
  return median(heights)
}

export interface Rules {
  horizontal: Box[]
  vertical: Box[]
}

export function rulesOf(mask: Mask, letter: number): Rules {
  const turned = transpose(mask)
  const swap = (box: Box): Box => ({ left: box.top, top: box.left, right: box.bottom, bottom: box.right })
  return {
    horizontal: strokes(mask, Math.max(24, letter * 4), Math.max(4, letter * 0.5)),
    vertical: strokes(turned, Math.max(16, letter * 2.2), Math.max(4, letter * 0.5)).map(swap),
  }
}

/** Long thin horizontal strokes: runs of ink (small breaks allowed), stacked runs joined. */
function strokes(mask: Mask, least: number, thickest: number): Box[] {
  const { width, height, data } = mask
  const done: Box[] = []
  let open: Box[] = []
  for (let y = 0; y < height; y += 1) {
    const next: Box[] = []
    for (const [from, to] of longRuns(data.subarray(y * width, (y + 1) * width), least)) {
      const above = open.find((box) => box.left < to && from < box.right && box.bottom === y)
      if (above) {
        above.left = Math.min(above.left, from)
        above.right = Math.max(above.right, to)
        above.bottom = y + 1
        if (!next.includes(above)) next.push(above)
      } else next.push({ left: from, top: y, right: to, bottom: y + 1 })
    }
    for (const box of open) if (!next.includes(box)) done.push(box)
    open = next
  }
  return [...done, ...open].filter((box) => isThin(box, thickest) && standsAlone(mask, box))
}

const isThin = (box: Box, thickest: number): boolean =>
  box.bottom - box.top <= thickest && box.right - box.left > (box.bottom - box.top) * 9

/** A ruled line is drawn through, or has paper on both sides; a row of serifs that touch has neither. */
function standsAlone(mask: Mask, box: Box): boolean {
  const inked = (y: number): number => {
    if (y < 0 || y >= mask.height) return 0
    let count = 0
    for (let x = box.left; x < box.right; x += 1) count += mask.data[y * mask.width + x] ?? 0
    return count / (box.right - box.left)
  }
  const whole = inked((box.top + box.bottom) >> 1) > 0.97
  return (whole && Math.min(inked(box.top - 3), inked(box.bottom + 2)) < 0.3) || (inked(box.top - 3) < 0.3 && inked(box.bottom + 2) < 0.3)
}

function* longRuns(row: Uint8Array, least: number): Generator<[number, number]> {
  let from = -1
  let last = -1
  for (let x = 0; x <= row.length; x += 1) {
    if (row[x] === 1) {
      if (from === -1) from = x
      last = x
    } else if (from !== -1 && (x - last > 3 || x === row.length)) {
      if (last + 1 - from >= least) yield [from, last + 1]
      from = -1
    }
  }
}

function transpose(mask: Mask): Mask {
  const data = new Uint8Array(mask.data.length)
  for (let y = 0; y < mask.height; y += 1)
    for (let x = 0; x < mask.width; x += 1) data[x * mask.height + y] = mask.data[y * mask.width + x] ?? 0
  return { width: mask.height, height: mask.width, data }
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
