/** Prints a paper as a PDF: A4, one font, as many pages as it needs. The same paper gives the same bytes. */
import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from 'pdf-lib'
import type { Block, Box, Column, Paper } from './paper'

const PAGE = { width: 595.28, height: 841.89, margin: 42 }
const WIDTH = PAGE.width - 2 * PAGE.margin
const SIZE = 9
const LINE = 12
const GREY = rgb(0.45, 0.45, 0.45)
const RULE = rgb(0.75, 0.75, 0.75)

interface Press {
  document: PDFDocument
  font: PDFFont
  bold: PDFFont
  page: PDFPage
  /** Distance of the next line from the page's top. */
  top: number
}

export async function render(paper: Paper, at: string): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  document.setTitle(`${paper.title} ${paper.number}`)
  document.setCreationDate(new Date(at))
  document.setModificationDate(new Date(at))
  const font = await document.embedFont(StandardFonts.Helvetica)
  const bold = await document.embedFont(StandardFonts.HelveticaBold)
  const press: Press = { document, font, bold, page: document.addPage([PAGE.width, PAGE.height]), top: PAGE.margin }
  printHead(press, paper)
  for (const block of paper.blocks) printBlock(press, block)
  const pages = document.getPages()
  for (const [index, page] of pages.entries()) {
    const foot = printable(`${paper.number} - page ${index + 1} of ${pages.length}`)
    page.drawText(foot, { x: PAGE.margin, y: 24, size: 7, font, color: GREY })
  }
  return document.save()
}

const SIGNS: Record<string, string> = { '‐': '-', '‑': '-', '−': '-', '≤': '<=', '≥': '>=', '\u00a0': ' ' }

/** The standard fonts know Windows-1252 only: what can be written without accents is, and the rest shows as `?`. */
export const printable = (text: string): string =>
  [...text]
    .map((sign) => SIGNS[sign] ?? sign)
    .map((sign) => (isPrintable(sign) ? sign : sign.normalize('NFKD').replaceAll(/\p{M}/gu, '')))
    .map((sign) => (isPrintable(sign) ? sign : '?'))
    .join('')

const isPrintable = (sign: string) => /^[\x20-\x7e\xa1-\xff€‚„…†‡‰‹‘’“”•–—™›ŠšŽžŒœŸ\n]*$/.test(sign)

function wrapped(text: string, font: PDFFont, size: number, width: number): string[] {
  return printable(text)
    .split('\n')
    .flatMap((paragraph) => {
      const lines = ['']
      for (const word of paragraph.split(' ').flatMap((it) => broken(it, font, size, width))) {
        const line = lines.at(-1) ?? ''
        const longer = line ? `${line} ${word}` : word
        if (!line || font.widthOfTextAtSize(longer, size) <= width) lines[lines.length - 1] = longer
        else lines.push(word)
      }
      return lines
    })
}

/** A word that is wider than its column. */
function broken(word: string, font: PDFFont, size: number, width: number): string[] {
  const parts = ['']
  for (const sign of word) {
    const part = (parts.at(-1) ?? '') + sign
    if (part.length === 1 || font.widthOfTextAtSize(part, size) <= width) parts[parts.length - 1] = part
    else parts.push(sign)
  }
  return parts
}

function room(press: Press, height: number): void {
  if (press.top + height <= PAGE.height - PAGE.margin - 12) return
  press.page = press.document.addPage([PAGE.width, PAGE.height])
  press.top = PAGE.margin
}

const write = (
  press: Press,
  text: string,
  x: number,
  options: { top?: number; size?: number; bold?: boolean } = {},
) => {
  const size = options.size ?? SIZE
  press.page.drawText(text, {
    x,
    y: PAGE.height - (options.top ?? press.top) - size,
    size,
    font: options.bold ? press.bold : press.font,
  })
}

function rule(press: Press, top: number): void {
  const y = PAGE.height - top
  press.page.drawLine({
    start: { x: PAGE.margin, y },
    end: { x: PAGE.width - PAGE.margin, y },
    thickness: 0.6,
    color: RULE,
  })
}

function printHead(press: Press, { title, number, date }: Paper): void {
  write(press, printable(title), PAGE.margin, { size: 18, bold: true })
  press.top += 26
  write(press, printable(`No. ${number}`), PAGE.margin)
  write(press, `Date: ${date}`, PAGE.margin + WIDTH / 2)
  press.top += LINE + 6
}

function printBlock(press: Press, block: Block): void {
  if (block.kind === 'boxes') printBoxes(press, block.boxes)
  else if (block.kind === 'table') printTable(press, block)
  else printLines(press, block.lines)
}

function printLines(press: Press, lines: readonly string[]): void {
  for (const line of lines.flatMap((it) => wrapped(it, press.font, SIZE, WIDTH))) {
    room(press, LINE)
    write(press, line, PAGE.margin)
    press.top += LINE
  }
}

function printBoxes(press: Press, boxes: readonly Box[]): void {
  const width = WIDTH / boxes.length
  const filled = boxes.map(({ label, lines }) => ({
    label,
    lines: lines.flatMap((line) => wrapped(line, press.font, SIZE, width - 8)),
  }))
  const height = LINE * (1 + Math.max(1, ...filled.map(({ lines }) => lines.length))) + 8
  room(press, height)
  rule(press, press.top)
  for (const [index, { label, lines }] of filled.entries()) {
    const x = PAGE.margin + index * width
    write(press, printable(`${label}:`), x, { top: press.top + 3, size: 7.5, bold: true })
    for (const [row, line] of lines.entries()) write(press, line, x, { top: press.top + 3 + LINE * (row + 1) })
  }
  press.top += height
}

function printTable(press: Press, { columns, rows, total }: Extract<Block, { kind: 'table' }>): void {
  press.top += 4
  const head = columns.map(({ header }) => header)
  printRow(press, columns, head, true)
  for (const row of rows) {
    const before = press.page
    room(press, heightOf(press, columns, row))
    if (press.page !== before) printRow(press, columns, head, true)
    printRow(press, columns, row, false)
  }
  if (total) printRow(press, columns, total, true)
  rule(press, press.top)
  press.top += 8
}

const cells = (press: Press, columns: readonly Column[], row: readonly string[], bold: boolean) =>
  columns.map(({ width }, index) => wrapped(row[index] ?? '', bold ? press.bold : press.font, 8, width * WIDTH - 6))

const heightOf = (press: Press, columns: readonly Column[], row: readonly string[]) =>
  LINE * Math.max(1, ...cells(press, columns, row, false).map(({ length }) => length)) + 4

function printRow(press: Press, columns: readonly Column[], row: readonly string[], bold: boolean): void {
  const height = heightOf(press, columns, row)
  room(press, height)
  rule(press, press.top)
  const font = bold ? press.bold : press.font
  let x = PAGE.margin
  for (const [index, lines] of cells(press, columns, row, bold).entries()) {
    const column = columns[index]
    const width = (column?.width ?? 0) * WIDTH
    for (const [at, line] of lines.entries()) {
      const shift = column?.align === 'right' ? width - 6 - font.widthOfTextAtSize(line, 8) : 0
      write(press, line, x + shift, { top: press.top + 3 + at * LINE, size: 8, bold })
    }
    x += width
  }
  press.top += height
}
