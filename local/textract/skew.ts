/** How far a scan is turned, told from the sharpness of its ink's row profile. */
import { median } from './geometry'
import type { Component } from './raster'

export interface Skew {
  /** Degrees to turn the page clockwise so that its text lies level (|angle| <= 12). */
  angle: number
  /** True when text runs along the page's height: the page lies on its side. */
  sideways: boolean
}

/** Works on letters alone (their centres), so ruled lines and pictures do not vote. */
export function skewOf(letters: readonly Component[]): Skew {
  if (letters.length < 12) return { angle: 0, sideways: false }
  const row = Math.max(1, median(letters.map((box) => box.bottom - box.top)) / 8)
  const points = letters.map((box) => ({
    x: (box.left + box.right) / 2,
    y: box.bottom,
    x2: box.right,
    y2: (box.top + box.bottom) / 2,
  }))
  const level = best(
    points.map(({ x, y }) => [x, y]),
    row,
  )
  const upright = best(
    points.map(({ x2, y2 }) => [y2, x2]),
    row,
  )
  const sideways = upright.score > level.score * 1.15
  return sideways ? { angle: -upright.angle, sideways } : { angle: level.angle, sideways }
}

function best(points: [number, number][], row: number): { angle: number; score: number } {
  let found = { angle: 0, score: sharpness(points, 0, row) * 1.02 }
  const scan = (from: number, to: number, step: number): void => {
    for (let angle = from; angle <= to; angle += step) {
      const score = sharpness(points, angle, row)
      if (score > found.score) found = { angle, score }
    }
  }
  scan(-12, 12, 0.5)
  scan(found.angle - 0.5, found.angle + 0.5, 0.1)
  scan(found.angle - 0.1, found.angle + 0.1, 0.02)
  return found
}

/** Sum of squares of the row histogram after shearing by the angle: highest when baselines fall into single rows. */
function sharpness(points: [number, number][], angle: number, height: number): number {
  const slope = Math.tan((angle * Math.PI) / 180)
  const rows = new Map<number, number>()
  for (const [x, y] of points) {
    const row = Math.round((y + x * slope) / height)
    rows.set(row, (rows.get(row) ?? 0) + 1)
  }
  let sum = 0
  for (const count of rows.values()) sum += count * count
  return sum
}
