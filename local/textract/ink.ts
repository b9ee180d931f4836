/** Ink against paper: which pixels of a grey page are written on. */
import type { Gray, Mask } from './raster'

/** Side of the squares whose tones are averaged: a power of two, for the shift below. */
const TILE = 16
const SHIFT = 4

/** Weight of contrast, in Wolf and Jolion's threshold: found best on scans of trade papers. */
const CONTRAST = 0.5
/** Tiles to each side among which the strongest contrast is looked for: print is measured by the print around it. */
const NEIGHBOURHOOD = 6
/** Deviation (grey levels) of paper without print: no contrast below counts. */
const NOISE = 10

/**
 * Ink is what is clearly darker than its surroundings, measured by the contrast that print has nearby (Wolf and Jolion's
 * threshold, by neighbourhoods): shading, tints, uneven light and the fine patterns printed behind the text of bills do not
 * count, while the pale print of a worn ribbon or a thermal printer does.
 */
export function inkOf(gray: Gray): Mask {
  const across = acrossOf(gray)
  const tiles = tilesOf(gray, 2)
  const strongest = spread(
    tiles.map(({ deviation }) => deviation),
    across,
    Math.max,
  )
  const darkest = spread(
    tiles.map(({ mean, deviation }) => mean - 2 * deviation),
    across,
    Math.min,
  )
  const thresholds = tiles.map(({ mean, deviation }, tile) => {
    const share = deviation / Math.max(NOISE, strongest[tile] ?? 0)
    const depth = mean - Math.max(0, darkest[tile] ?? 0)
    return Math.min(mean - 18, mean - CONTRAST * (1 - share) * depth)
  })
  return below(gray, thresholds)
}

/** The greatest (or least) value among each tile's neighbours: along the rows, then along the columns. */
function spread(values: readonly number[], across: number, choose: (a: number, b: number) => number): number[] {
  const rows = values.map((value, tile) => {
    const column = tile % across
    const to = tile + Math.min(across - 1 - column, NEIGHBOURHOOD)
    let best = value
    for (let other = tile - Math.min(column, NEIGHBOURHOOD); other <= to; other += 1)
      best = choose(best, values[other] ?? best)
    return best
  })
  return rows.map((value, tile) => {
    const first = Math.max(tile % across, tile - NEIGHBOURHOOD * across)
    const last = Math.min(rows.length - 1, tile + NEIGHBOURHOOD * across)
    let best = value
    for (let other = first; other <= last; other += across) best = choose(best, rows[other] ?? best)
    return best
  })
}

/** Faint ink as well, as hairlines have it: anything darker than the paper around by a margin (grey levels) above the noise. */
export function faintInkOf(gray: Gray, margin: number): Mask {
  // The mean of the light half, and again of its light half: the paper, however much is written on it.
  const all = tilesOf(gray, 1)
  const light = tilesOf(gray, 1, all)
  const paper = tilesOf(gray, 1, light)
  return below(
    gray,
    paper.map(({ mean }) => mean - margin),
  )
}

const acrossOf = (gray: Gray): number => Math.ceil(gray.width / TILE)

function below(gray: Gray, thresholds: readonly number[]): Mask {
  const { width, height, data } = gray
  const ink = new Uint8Array(width * height)
  const levels = Float32Array.from(thresholds)
  const across = acrossOf(gray)
  for (let y = 0; y < height; y += 1) {
    const row = (y >> SHIFT) * across
    for (let x = 0; x < width; x += 1)
      if ((data[y * width + x] ?? 255) < (levels[row + (x >> SHIFT)] ?? 0)) ink[y * width + x] = 1
  }
  return { width, height, data: ink }
}

interface Tone {
  mean: number
  deviation: number
}

/** Tones are averages: every second pixel of every second row tells them as well. */
const STEP = 2

/** Mean and deviation of the pixels around each tile, `around` tiles to each side; of those at least as light as `least` says. */
function tilesOf(gray: Gray, around: number, least?: readonly Tone[]): Tone[] {
  const across = acrossOf(gray)
  const down = Math.ceil(gray.height / TILE)
  const sums = new Float64Array(across * down)
  const squares = new Float64Array(across * down)
  const counts = new Float64Array(across * down)
  const floor = Float64Array.from({ length: across * down }, (_, tile) => least?.[tile]?.mean ?? 0)
  for (let y = 0; y < gray.height; y += STEP) {
    const row = (y >> SHIFT) * across
    for (let x = 0; x < gray.width; x += STEP) {
      const value = gray.data[y * gray.width + x] ?? 255
      const tile = row + (x >> SHIFT)
      if (value < (floor[tile] ?? 0)) continue
      sums[tile] = (sums[tile] ?? 0) + value
      squares[tile] = (squares[tile] ?? 0) + value * value
      counts[tile] = (counts[tile] ?? 0) + 1
    }
  }
  const [near, nearSquares, nearCounts] = [sums, squares, counts].map((values) => sumsAround(values, across, around))
  return Array.from({ length: across * down }, (_, tile) => {
    const count = Math.max(1, nearCounts?.[tile] ?? 0)
    const mean = (near?.[tile] ?? 0) / count
    return { mean, deviation: Math.sqrt(Math.max(0, (nearSquares?.[tile] ?? 0) / count - mean * mean)) }
  })
}

/** Sums over the neighbours of each tile: along the rows, then along the columns. */
function sumsAround(values: Float64Array, across: number, around: number): Float64Array {
  const length = values.length
  const [rows, whole] = [new Float64Array(length), new Float64Array(length)]
  for (let tile = 0; tile < length; tile += 1) {
    const column = tile % across
    const [from, to] = [tile - Math.min(column, around), tile + Math.min(across - 1 - column, around)]
    for (let other = from; other <= to; other += 1) rows[tile] = (rows[tile] ?? 0) + (values[other] ?? 0)
  }
  for (let tile = 0; tile < length; tile += 1) {
    const first = Math.max(tile % across, tile - around * across)
    const last = Math.min(length - 1, tile + around * across)
    for (let other = first; other <= last; other += across) whole[tile] = (whole[tile] ?? 0) + (rows[other] ?? 0)
  }
  return whole
}
