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
  const tiles = tilesOf(gray, 2, () => true)
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
  const along = (from: readonly number[], step: number, place: (tile: number) => number, length: number): number[] =>
    from.map((value, tile) => {
      let best = value
      const at = place(tile)
      for (let d = Math.max(-at, -NEIGHBOURHOOD); d <= Math.min(length - 1 - at, NEIGHBOURHOOD); d += 1)
        best = choose(best, from[tile + d * step] ?? best)
      return best
    })
  const down = Math.ceil(values.length / across)
  const rows = along(values, 1, (tile) => tile % across, across)
  return along(rows, across, (tile) => Math.floor(tile / across), down)
}

/** Faint ink as well, as hairlines have it: anything darker than the paper around by a margin (grey levels) above the noise. */
export function faintInkOf(gray: Gray, margin: number): Mask {
  // The mean of the light half, and again of its light half: the paper, however much is written on it.
  const all = tilesOf(gray, 1, () => true)
  const light = tilesOf(gray, 1, (value, tile) => value >= (all[tile]?.mean ?? 0))
  const paper = tilesOf(gray, 1, (value, tile) => value >= (light[tile]?.mean ?? 0))
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

/** Mean and deviation of the accepted pixels around each tile, `around` tiles to each side. */
function tilesOf(gray: Gray, around: number, accepts: (value: number, tile: number) => boolean): Tone[] {
  const across = acrossOf(gray)
  const down = Math.ceil(gray.height / TILE)
  const sums = new Float64Array(across * down)
  const squares = new Float64Array(across * down)
  const counts = new Uint32Array(across * down)
  for (let y = 0; y < gray.height; y += STEP) {
    const row = (y >> SHIFT) * across
    for (let x = 0; x < gray.width; x += STEP) {
      const value = gray.data[y * gray.width + x] ?? 255
      const tile = row + (x >> SHIFT)
      if (!accepts(value, tile)) continue
      sums[tile] = (sums[tile] ?? 0) + value
      squares[tile] = (squares[tile] ?? 0) + value * value
      counts[tile] = (counts[tile] ?? 0) + 1
    }
  }
  const over = (values: Float64Array | Uint32Array, row: number, column: number): number => {
    let sum = 0
    for (let r = Math.max(0, row - around); r <= Math.min(down - 1, row + around); r += 1)
      for (let c = Math.max(0, column - around); c <= Math.min(across - 1, column + around); c += 1)
        sum += values[r * across + c] ?? 0
    return sum
  }
  return Array.from({ length: across * down }, (_, tile) => {
    const [row, column] = [Math.floor(tile / across), tile % across]
    const count = Math.max(1, over(counts, row, column))
    const mean = over(sums, row, column) / count
    return { mean, deviation: Math.sqrt(Math.max(0, over(squares, row, column) / count - mean * mean)) }
  })
}
