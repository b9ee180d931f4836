import type { BoundingBox } from '../../../schemas/extraction'

/** A rectangle by its edges, in shares of the page. */
export type Rect = { left: number; top: number; right: number; bottom: number }

export type Point = { x: number; y: number }

export const toRect = (box: BoundingBox): Rect => ({
  left: box.left,
  top: box.top,
  right: box.left + box.width,
  bottom: box.top + box.height,
})

export const toBox = (rect: Rect): BoundingBox => ({
  left: rect.left,
  top: rect.top,
  width: rect.right - rect.left,
  height: rect.bottom - rect.top,
})

export const height = (rect: Rect): number => rect.bottom - rect.top
export const middle = (rect: Rect): number => (rect.top + rect.bottom) / 2

export function union(rects: readonly Rect[]): Rect {
  return {
    left: Math.min(...rects.map((r) => r.left)),
    top: Math.min(...rects.map((r) => r.top)),
    right: Math.max(...rects.map((r) => r.right)),
    bottom: Math.max(...rects.map((r) => r.bottom)),
  }
}

/** Share of the lower rectangle's height that lies beside the other: 1 on one row, 0 on different rows. */
export function sameRow(a: Rect, b: Rect): number {
  const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  return Math.max(0, shared) / Math.max(1e-6, Math.min(height(a), height(b)))
}

/** Width that two rectangles share when one is seen above the other. */
export const sharedWidth = (a: Rect, b: Rect): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left))

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** The directions in which a page's text runs and its lines follow each other; (1,0) and (0,1) on an upright page. */
export type Axes = { along: Point; down: Point; upright: boolean }

const UPRIGHT: Axes = { along: { x: 1, y: 0 }, down: { x: 0, y: 1 }, upright: true }

/**
 * Reads the page's axes from the corners of its words: Textract lists a word's corners starting at the reader's
 * top left, so a page scanned upside down or askew shows itself without an angle being stated.
 */
export function pageAxes(polygons: readonly (readonly Point[])[]): Axes {
  const along: Point[] = []
  const down: Point[] = []
  for (const [p0, p1, , p3] of polygons) {
    if (!p0 || !p1 || !p3) continue
    along.push({ x: p1.x - p0.x, y: p1.y - p0.y })
    down.push({ x: p3.x - p0.x, y: p3.y - p0.y })
  }
  if (along.length === 0) return UPRIGHT
  const u = { x: median(along.map((p) => p.x)), y: median(along.map((p) => p.y)) }
  const v = { x: median(down.map((p) => p.x)), y: median(down.map((p) => p.y)) }
  const [lu, lv] = [Math.hypot(u.x, u.y), Math.hypot(v.x, v.y)]
  if (lu === 0 || lv === 0) return UPRIGHT
  const axes = { along: { x: u.x / lu, y: u.y / lu }, down: { x: v.x / lv, y: v.y / lv } }
  const skewed = Math.abs(axes.along.y) > 0.004 || axes.along.x < 0
  const crossed = Math.abs(axes.along.x * axes.down.y - axes.along.y * axes.down.x)
  return skewed && crossed > 0.3 ? { ...axes, upright: false } : UPRIGHT
}

/** Places a polygon on the upright page: solves centre + a·along + b·down for each corner. */
export function straighten(polygon: readonly Point[], axes: Axes): Rect {
  const { along, down } = axes
  const det = along.x * down.y - along.y * down.x
  const points = polygon.map(({ x, y }) => {
    const [px, py] = [x - 0.5, y - 0.5]
    return { x: (px * down.y - py * down.x) / det + 0.5, y: (along.x * py - along.y * px) / det + 0.5 }
  })
  return {
    left: Math.min(...points.map((p) => p.x)),
    top: Math.min(...points.map((p) => p.y)),
    right: Math.max(...points.map((p) => p.x)),
    bottom: Math.max(...points.map((p) => p.y)),
  }
}
