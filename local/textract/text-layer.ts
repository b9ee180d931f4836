/** Words out of a PDF's text runs, which may hold a whole line, one letter, or anything between. */
import { type Box, median } from './geometry'
import type { Word } from './page'

/** A run of text on the page raster: the matrix of its font, its origin on the baseline, its advance. */
export interface TextItem {
  text: string
  a: number
  b: number
  c: number
  d: number
  x: number
  y: number
  advance: number
}

interface Piece {
  text: string
  from: [number, number]
  to: [number, number]
  size: number
  /** A space or a line end stood before it. */
  apart: boolean
  direction: [number, number]
}

export function wordsOfItems(items: readonly TextItem[]): Word[] {
  const words: Piece[] = []
  let apart = true
  for (const item of items) {
    if (item.text.trim() === '') {
      apart ||= item.advance > sizeOf(item) * 0.12
      continue
    }
    for (const piece of piecesOf(item, apart)) {
      const last = words.at(-1)
      if (last && !piece.apart && continues(last, piece)) {
        last.text += piece.text
        last.to = piece.to
      } else words.push(piece)
    }
    apart = /\s$/.test(item.text)
  }
  return dropRepeated(words.map(boxed))
}

const sizeOf = (item: TextItem): number => Math.hypot(item.c, item.d) || Math.hypot(item.a, item.b)

function piecesOf(item: TextItem, apart: boolean): Piece[] {
  const size = sizeOf(item)
  const length = Math.hypot(item.a, item.b) || 1
  const direction: [number, number] = [item.a / length, item.b / length]
  const total = [...item.text].reduce((sum, letter) => sum + relativeWidth(letter), 0)
  const step = total === 0 ? 0 : item.advance / total
  const at = (along: number): [number, number] => [item.x + direction[0] * along, item.y + direction[1] * along]
  const pieces: Piece[] = []
  let along = 0
  for (const part of item.text.split(/(\s+)/)) {
    const wide = [...part].reduce((sum, letter) => sum + relativeWidth(letter), 0) * step
    if (part.trim() !== '')
      pieces.push({
        text: part,
        from: at(along),
        to: at(along + wide),
        size,
        direction,
        apart: pieces.length > 0 || apart || /^\s/.test(item.text),
      })
    along += wide
  }
  return pieces
}

function continues(last: Piece, piece: Piece): boolean {
  const gap = (piece.from[0] - last.to[0]) * last.direction[0] + (piece.from[1] - last.to[1]) * last.direction[1]
  const off = Math.abs(
    (piece.from[0] - last.to[0]) * last.direction[1] - (piece.from[1] - last.to[1]) * last.direction[0],
  )
  return off < last.size * 0.25 && gap > -last.size * 0.3 && gap < last.size * 0.17
}

function boxed(piece: Piece): Word {
  const [dx, dy] = piece.direction
  // From the baseline, capitals rise about 0.74 of the size and tails fall about 0.2.
  const up = piece.size * 0.74
  const down = piece.size * (/[gjpqy,;()|]/.test(piece.text) ? 0.2 : 0.02)
  const corners = [piece.from, piece.to].flatMap(([x, y]) => [
    [x + dy * up, y - dx * up],
    [x - dy * down, y + dx * down],
  ])
  const xs = corners.map(([x = 0]) => x)
  const ys = corners.map(([, y = 0]) => y)
  return {
    text: piece.text.normalize('NFKC').replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, '-'),
    confidence: 99.8,
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  }
}

/** Some writers draw bold text twice, a hair apart. */
function dropRepeated(words: Word[]): Word[] {
  const size = median(words.map((word) => word.bottom - word.top))
  const seen = new Map<string, Box[]>()
  return words.filter((word) => {
    const same = seen.get(word.text) ?? []
    if (same.some((box) => Math.abs(box.left - word.left) < size * 0.3 && Math.abs(box.top - word.top) < size * 0.3))
      return false
    seen.set(word.text, [...same, word])
    return true
  })
}

/** Widths of a common sans serif, in thousandths of the size over five hundred: enough to tell words of a run apart. */
function relativeWidth(letter: string): number {
  if (/[ijl.,:;'|!]/.test(letter)) return 0.5
  if (/[\s frt()[\]{}/\\I"-]/.test(letter)) return 0.6
  if (/[mwMW@%]/.test(letter)) return 1.65
  if (/[A-Z&]/.test(letter)) return 1.32
  return 1.1
}
