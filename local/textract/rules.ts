/** Ruled lines: long thin strokes of ink, level or upright, a little sloped where a page was not quite straightened. */
import { type Box, height, overlapX, overlapY, width } from './geometry'
import type { Component, Mask } from './raster'

export interface Rules {
  horizontal: Box[]
  vertical: Box[]
}

/** `components` are the mask's own: a stroke that is the stem or bar of one large letter is told by its size. */
export function rulesOf(mask: Mask, components: readonly Component[], letter: number): Rules {
  const turned = transpose(mask)
  const swap = (box: Box): Box => ({ left: box.top, top: box.left, right: box.bottom, bottom: box.right })
  const thickest = Math.max(4, letter * 0.5)
  const large = components.filter((box) => height(box) > letter * 1.8 && width(box) > letter * 0.5)
  const isRule = (box: Box): boolean =>
    !large.some((glyph) => isPartOf(glyph, box, letter)) && !isFeetOf(components, box, letter)
  return {
    horizontal: strokesOf(mask, Math.max(24, letter * 4), thickest).filter(isRule),
    vertical: strokesOf(turned, Math.max(16, letter * 2.2), thickest)
      .map(swap)
      .filter(isRule),
  }
}

function isPartOf(glyph: Box, stroke: Box, letter: number): boolean {
  const length = Math.max(width(stroke), height(stroke))
  const thickness = Math.min(width(stroke), height(stroke))
  return (
    length < letter * 8 &&
    Math.max(width(glyph), height(glyph)) < length * 1.7 &&
    Math.min(width(glyph), height(glyph)) > thickness * 2.5 &&
    glyph.left <= stroke.left &&
    glyph.right >= stroke.right &&
    glyph.top <= stroke.top &&
    glyph.bottom >= stroke.bottom
  )
}

/** The feet of bold capitals ("LLE") nearly touch: a row of them is no line, for each belongs to a letter of its own. */
function isFeetOf(components: readonly Component[], stroke: Box, letter: number): boolean {
  const thickness = height(stroke)
  if (width(stroke) < thickness || width(stroke) > letter * 12) return false
  const covered = components
    .filter(
      (box) =>
        overlapY(box, stroke) > 0 &&
        height(box) > thickness * 3 &&
        height(box) < letter * 3 &&
        width(box) < width(stroke) * 0.6,
    )
    .reduce((sum, box) => sum + Math.max(0, overlapX(box, stroke)), 0)
  return covered > width(stroke) * 0.6
}

interface Run {
  y: number
  from: number
  to: number
}

interface Stroke extends Box {
  runs: Run[]
}

/** Stacks long runs of neighbouring rows, then keeps what is thin and stands alone. */
function strokesOf(mask: Mask, least: number, thickest: number): Box[] {
  const done: Stroke[] = []
  let open: Stroke[] = []
  for (let y = 0; y < mask.height; y += 1) {
    const next = new Set<Stroke>()
    for (const run of longRuns(mask, y, least)) {
      const above = open.find((stroke) => stroke.left < run.to && run.from < stroke.right && stroke.bottom === y)
      if (above) {
        above.left = Math.min(above.left, run.from)
        above.right = Math.max(above.right, run.to)
        above.runs.push(run)
        next.add(above)
      } else next.add({ left: run.from, top: y, right: run.to, bottom: y + 1, runs: [run] })
    }
    for (const stroke of open) if (!next.has(stroke)) done.push(stroke)
    for (const stroke of next) stroke.bottom = y + 1
    open = [...next]
  }
  return [...done, ...open].map(withoutStubs).flatMap((stroke) => {
    const { left, top, right, bottom } = stroke
    if (isThin(stroke, thickest)) return standsAlone(mask, stroke, least) ? [{ left, top, right, bottom }] : []
    return isBand(stroke, thickest)
      ? [
          { left, top, right, bottom: top + 2 },
          { left, top: bottom - 2, right, bottom },
        ]
      : []
  })
}

/** A shaded row, as headings have it: its edges part cells as lines do. */
function isBand(stroke: Stroke, thickest: number): boolean {
  const length = stroke.right - stroke.left
  const tall = stroke.bottom - stroke.top
  const area = stroke.runs.reduce((sum, run) => sum + run.to - run.from, 0)
  return tall > thickest * 2 && tall < thickest * 9 && length > tall * 6 && area > length * tall * 0.92
}

/** Shading that a line borders adds short runs to it: what counts are the runs about as long as the longest. */
function withoutStubs(stroke: Stroke): Stroke {
  const longest = Math.max(...stroke.runs.map((run) => run.to - run.from))
  const runs = stroke.runs.filter((run) => run.to - run.from >= longest * 0.4)
  const ys = runs.map((run) => run.y)
  return {
    runs,
    left: Math.min(...runs.map((run) => run.from)),
    right: Math.max(...runs.map((run) => run.to)),
    top: Math.min(...ys),
    bottom: Math.max(...ys) + 1,
  }
}

/** Dots between the ends of what is one line all the same: dotted lines, faint scans. */
const BRIDGED = 4

function* longRuns(mask: Mask, y: number, least: number): Generator<Run> {
  const row = mask.data.subarray(y * mask.width, (y + 1) * mask.width)
  let from = row.indexOf(1)
  while (from !== -1) {
    let [last, next] = [from, from]
    while (next !== -1 && next - last <= BRIDGED) {
      const blank = row.indexOf(0, next)
      last = (blank === -1 ? row.length : blank) - 1
      next = blank === -1 ? -1 : row.indexOf(1, blank)
    }
    if (last + 1 - from >= least) yield { y, from, to: last + 1 }
    from = next
  }
}

/** By its mean thickness, so that a slight slope over the page's width does not count. */
function isThin(stroke: Stroke, thickest: number): boolean {
  const length = stroke.right - stroke.left
  const thickness = stroke.runs.reduce((sum, run) => sum + run.to - run.from, 0) / length
  return thickness <= thickest && length > thickness * 9 && stroke.bottom - stroke.top <= thickest + length * 0.01
}

/** A ruled line has paper on both sides, or at least on one if it is long and unbroken; a row of touching serifs has neither. */
function standsAlone(mask: Mask, stroke: Stroke, least: number): boolean {
  const top = new Map<number, number>()
  const bottom = new Map<number, number>()
  let inked = 0
  let total = 0
  for (const run of stroke.runs)
    for (let x = run.from; x < run.to; x += 4) {
      if (!top.has(x - (x % 4))) top.set(x - (x % 4), run.y)
      bottom.set(x - (x % 4), run.y)
      inked += mask.data[run.y * mask.width + x] ?? 0
      total += 1
    }
  const beside = (edge: Map<number, number>, offset: number): number => {
    let count = 0
    for (const [x, y] of edge) count += mask.data[(y + offset) * mask.width + x] ?? 0
    return count / edge.size
  }
  const above = beside(top, -3)
  const below = beside(bottom, 3)
  const unbroken = inked / total > 0.97 && stroke.right - stroke.left > least * 2.5
  return (unbroken ? Math.min(above, below) : Math.max(above, below)) < 0.3
}

function transpose(mask: Mask): Mask {
  const data = new Uint8Array(mask.data.length)
  for (let y = 0; y < mask.height; y += 1) {
    const row = mask.data.subarray(y * mask.width, (y + 1) * mask.width)
    // Most of a page is paper: only ink is carried over.
    for (let x = row.indexOf(1); x !== -1; x = row.indexOf(1, x + 1)) data[x * mask.height + y] = 1
  }
  return { width: mask.height, height: mask.width, data }
}
