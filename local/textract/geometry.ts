/** Boxes in the pixels of an upright page, and how they are told in Textract's normalised geometry. */

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

export interface Point {
  X: number
  Y: number
}

export interface Geometry {
  BoundingBox: { Width: number; Height: number; Left: number; Top: number }
  Polygon: Point[]
}

/** Maps upright page pixels to positions (0..1) on the page as it was handed in, which may be turned or skewed. */
export type ToInput = (x: number, y: number) => Point

export const width = (box: Box): number => box.right - box.left
export const height = (box: Box): number => box.bottom - box.top
export const middle = (box: Box): number => (box.top + box.bottom) / 2
export const centre = (box: Box): number => (box.left + box.right) / 2

export function union(boxes: readonly Box[]): Box {
  const all = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const box of boxes) {
    all.left = Math.min(all.left, box.left)
    all.top = Math.min(all.top, box.top)
    all.right = Math.max(all.right, box.right)
    all.bottom = Math.max(all.bottom, box.bottom)
  }
  return all
}

/** Length shared by two boxes, negative when apart. */
export const overlapX = (a: Box, b: Box): number => Math.min(a.right, b.right) - Math.max(a.left, b.left)
export const overlapY = (a: Box, b: Box): number => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)

export const contains = (outer: Box, inner: Box): boolean =>
  centre(inner) >= outer.left &&
  centre(inner) <= outer.right &&
  middle(inner) >= outer.top &&
  middle(inner) <= outer.bottom

/** The polygon starts at the text's own upper left corner, so a turned page keeps its reading direction. */
export function geometryOf(box: Box, toInput: ToInput): Geometry {
  const corners: [number, number][] = [
    [box.left, box.top],
    [box.right, box.top],
    [box.right, box.bottom],
    [box.left, box.bottom],
  ]
  const Polygon = corners.map(([x, y]) => toInput(x, y)).map(({ X, Y }) => ({ X: clamp(X), Y: clamp(Y) }))
  const xs = Polygon.map((point) => point.X)
  const ys = Polygon.map((point) => point.Y)
  const Left = Math.min(...xs)
  const Top = Math.min(...ys)
  return { BoundingBox: { Width: Math.max(...xs) - Left, Height: Math.max(...ys) - Top, Left, Top }, Polygon }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

/** Whether an upright line stands in the gap between two boxes of one row. */
export const isParted = (left: Box, right: Box, uprights: readonly Box[]): boolean =>
  uprights.some(
    (line) =>
      centre(line) > left.right - width(left) * 0.3 &&
      centre(line) < right.left + width(right) * 0.3 &&
      line.top < middle(left) &&
      line.bottom > middle(left) &&
      line.top < middle(right) &&
      line.bottom > middle(right),
  )
