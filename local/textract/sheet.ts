/** Lays the text lines of a page one below another at one letter size: what is read is then plain text, whatever the page looked like. */
import { type Box, height, overlapX, overlapY, width } from './geometry'
import type { Gray } from './raster'
import type { Segment } from './segments'

export interface Strip {
  segment: Segment
  /** Where the strip lies on the sheet, and the page pixels per sheet pixel. */
  top: number
  bottom: number
  left: number
  scale: number
}

export interface Sheet {
  gray: Gray
  strips: Strip[]
}

/** Height of a letter on the sheet, in pixels, for the first reading. */
const LETTER = 30
const MARGIN = 14
const WIDEST = 6000
/** The engine answers nothing for a picture of 32,768 pixels and more, and slows down long before. */
const TALLEST = 8000
/** A sheet of so many rows of pixels is not worth parting. */
const SHORT = 1400

export function sheetsOf(page: Gray, segments: readonly Segment[], letter = LETTER): Sheet[] {
  const sized = segments.map((segment) => ({ segment, scale: scaleOf(segment, letter) }))
  const wide = sized.filter(({ segment, scale }) => width(segment) * scale > 900)
  const narrow = sized.filter(({ segment, scale }) => width(segment) * scale <= 900)
  const letters = segments.flatMap((segment) => segment.letters)
  return [wide, narrow].flatMap(inSheets).map((group) => sheetOf(page, group, letters))
}

type Sized = { segment: Segment; scale: number }

const rowHeight = ({ segment, scale }: Sized): number => Math.ceil(height(segment) * scale) + MARGIN * 2

/** As many lines on a sheet as go below one another, but at least two sheets of a longer text: they are read side by side. */
function inSheets(group: readonly Sized[]): Sized[][] {
  const whole = group.reduce((sum, sized) => sum + rowHeight(sized), 0)
  const most = Math.min(TALLEST, Math.max(SHORT, Math.ceil(whole / 2)))
  const sheets: Sized[][] = []
  let room = 0
  for (const sized of group) {
    const tall = rowHeight(sized)
    if (tall > room) {
      sheets.push([])
      room = most
    }
    sheets.at(-1)?.push(sized)
    room -= tall
  }
  return sheets
}

function scaleOf(segment: Segment, wanted: number): number {
  const tall = segment.letters.map(height).sort((a, b) => a - b)
  const letter = tall[Math.floor(tall.length * 0.8)] ?? height(segment)
  return Math.min(4, Math.max(0.25, wanted / letter), WIDEST / width(segment))
}

function sheetOf(page: Gray, sized: readonly Sized[], letters: readonly Box[]): Sheet {
  const across = Math.ceil(Math.max(...sized.map(({ segment, scale }) => width(segment) * scale))) + MARGIN * 2
  const down = sized.reduce((sum, strip) => sum + rowHeight(strip), MARGIN)
  const gray: Gray = { width: across, height: down, data: new Uint8Array(across * down).fill(255) }
  let top = MARGIN
  const strips = sized.map(({ segment, scale }) => {
    const bottom = top + Math.ceil(height(segment) * scale)
    const strip = { segment, scale, top, bottom, left: MARGIN }
    copy(page, segment, gray, strip)
    wipe(gray, strip, letters)
    top = bottom + MARGIN * 2
    return strip
  })
  return { gray, strips }
}

/** Bilinear copy with the contrast stretched to the full range. */
function copy(page: Gray, from: Box, sheet: Gray, strip: Strip): void {
  const pad = 2
  const { low, high } = tones(page, from)
  const gain = 255 / Math.max(24, high - low)
  const wide = Math.ceil(width(from) * strip.scale)
  for (let y = strip.top - pad; y < strip.bottom + pad; y += 1) {
    const sourceY = Math.min(page.height - 1.001, Math.max(0, from.top + (y + 0.5 - strip.top) / strip.scale - 0.5))
    const y0 = Math.floor(sourceY)
    const fy = sourceY - y0
    for (let x = -pad; x < wide + pad; x += 1) {
      const sourceX = Math.min(page.width - 1.001, Math.max(0, from.left + (x + 0.5) / strip.scale - 0.5))
      const x0 = Math.floor(sourceX)
      const fx = sourceX - x0
      const at = y0 * page.width + x0
      const upper = (page.data[at] ?? 255) * (1 - fx) + (page.data[at + 1] ?? 255) * fx
      const lower = (page.data[at + page.width] ?? 255) * (1 - fx) + (page.data[at + page.width + 1] ?? 255) * fx
      const value = (upper * (1 - fy) + lower * fy - low) * gain
      sheet.data[y * sheet.width + strip.left + x] = Math.max(0, Math.min(255, value))
    }
  }
}

/** Takes away what hangs in from the lines above and below. */
function wipe(sheet: Gray, { segment, scale, top, bottom, left }: Strip, letters: readonly Box[]): void {
  const own = new Set<Box>(segment.letters)
  const near = letters.filter((box) => overlapX(box, segment) > 0 && overlapY(box, segment) > -2)
  const mine = near.filter((box) => own.has(box))
  for (const box of near) {
    const inside = (box.top + box.bottom) / 2 > segment.top && (box.top + box.bottom) / 2 < segment.bottom
    if (own.has(box) || inside || mine.some((letter) => overlapX(letter, box) > 0 && overlapY(letter, box) > 0))
      continue
    const from = Math.max(0, Math.floor(left + (box.left - segment.left) * scale) - 1)
    const to = Math.min(sheet.width, Math.ceil(left + (box.right - segment.left) * scale) + 1)
    const high = Math.max(top - 2, Math.floor(top + (box.top - segment.top) * scale) - 1)
    const low = Math.min(bottom + 2, Math.ceil(top + (box.bottom - segment.top) * scale) + 1)
    for (let y = high; y < low; y += 1) sheet.data.fill(255, y * sheet.width + from, y * sheet.width + to)
  }
}

/** The tones of ink and paper in a box: the darkest twentieth and the median of the light half. */
function tones(page: Gray, box: Box): { low: number; high: number } {
  const counts = new Uint32Array(256)
  let total = 0
  for (let y = box.top; y < box.bottom; y += 1)
    for (let x = box.left; x < box.right; x += 1) {
      const value = page.data[y * page.width + x] ?? 255
      counts[value] = (counts[value] ?? 0) + 1
      total += 1
    }
  return { low: quantile(counts, total * 0.03), high: quantile(counts, total * 0.75) }
}

function quantile(counts: Uint32Array, target: number): number {
  let sum = 0
  for (let value = 0; value < 256; value += 1) {
    sum += counts[value] ?? 0
    if (sum >= target) return value
  }
  return 255
}

/** Portable greymap: the one format that costs nothing to write. */
export function pgm(gray: Gray): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${gray.width} ${gray.height}\n255\n`), gray.data])
}
