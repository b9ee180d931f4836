/** The page that is being printed, and what is measured on it. */
import { type PDFDocument, type PDFFont, type PDFPage, rgb } from 'pdf-lib'
import type { Typeface } from './fonts'
import type { Paper } from './paper'

export const PAGE = { width: 595.28, height: 841.89, margin: 42, foot: 46 }
export const WIDTH = PAGE.width - 2 * PAGE.margin
export const SIZE = 9
export const LINE = 12
export const GREY = rgb(0.45, 0.45, 0.45)
const RULE = rgb(0.75, 0.75, 0.75)
const SHADE = rgb(0.94, 0.94, 0.94)

export interface Press extends Typeface {
  document: PDFDocument
  paper: Paper
  page: PDFPage
  /** Distance of the next line from the page's top. */
  top: number
}

/** A sheet that says on its head what it belongs to; the first one has its own head. */
export function nextPage(press: Press): void {
  press.page = press.document.addPage([PAGE.width, PAGE.height])
  press.top = PAGE.margin
  const { title, number } = press.paper
  write(press, press.printable(`${title} No. ${number}, continued`), PAGE.margin, { size: 8, color: GREY })
  press.top += LINE + 6
}

export const left = ({ top }: Press) => PAGE.height - PAGE.foot - top

export function room(press: Press, height: number): void {
  if (height > left(press)) nextPage(press)
}

interface Ink {
  top?: number
  size?: number
  bold?: boolean
  color?: ReturnType<typeof rgb>
}

/** `text` is printable and one line. */
export function write(press: Press, text: string, x: number, { top, size = SIZE, bold, color }: Ink = {}): void {
  press.page.drawText(text, {
    x,
    y: PAGE.height - (top ?? press.top) - size,
    size,
    font: bold ? press.bold : press.font,
    ...(color ? { color } : {}),
  })
}

/** With its end at `right`. */
export const writeTo = (press: Press, text: string, right: number, ink: Ink = {}): void =>
  write(press, text, right - widthOf(ink.bold ? press.bold : press.font, text, ink.size ?? SIZE), ink)

export function rule(press: Press, top: number, from = PAGE.margin, to = PAGE.width - PAGE.margin): void {
  const y = PAGE.height - top
  press.page.drawLine({ start: { x: from, y }, end: { x: to, y }, thickness: 0.6, color: RULE })
}

export const shade = (press: Press, height: number): void =>
  press.page.drawRectangle({
    x: PAGE.margin,
    y: PAGE.height - press.top - height,
    width: WIDTH,
    height,
    color: SHADE,
  })

const ADVANCES = new WeakMap<PDFFont, Map<string, number>>()

/** Signs are set one after another, so a text is as wide as all of them; to lay it out each time anew takes a hundred times as long. */
function widthOf(font: PDFFont, text: string, size: number): number {
  const advances = ADVANCES.get(font) ?? new Map<string, number>()
  ADVANCES.set(font, advances)
  let width = 0
  for (const sign of text) {
    const advance = advances.get(sign) ?? font.widthOfTextAtSize(sign, 1)
    advances.set(sign, advance)
    width += advance
  }
  return width * size
}

/** Lines of at most `width`, broken between words where there are some. */
export function wrapped(press: Press, text: string, font: PDFFont, size: number, width: number): string[] {
  return press
    .printable(text)
    .split('\n')
    .flatMap((paragraph) => {
      const lines = ['']
      for (const word of paragraph.split(' ').flatMap((it) => broken(it, font, size, width))) {
        const line = lines.at(-1) ?? ''
        const longer = line ? `${line} ${word}` : word
        if (!line || widthOf(font, longer, size) <= width) lines[lines.length - 1] = longer
        else lines.push(word)
      }
      return lines
    })
}

/** A word that is wider than its column. */
function broken(word: string, font: PDFFont, size: number, width: number): string[] {
  if (widthOf(font, word, size) <= width) return [word]
  const parts = ['']
  for (const sign of word) {
    const part = (parts.at(-1) ?? '') + sign
    if (part.length === 1 || widthOf(font, part, size) <= width) parts[parts.length - 1] = part
    else parts.push(sign)
  }
  return parts
}
