/** Prints a paper as a PDF: A4, one typeface, as many pages as it needs. The same paper gives the same bytes. */
import { PDFDocument, type PDFImage } from 'pdf-lib'
import { embedTypeface } from './fonts'
import type { Block, Box, Column, Paper, Table } from './paper'
import {
  GREY,
  LINE,
  left,
  nextPage,
  PAGE,
  type Press,
  room,
  rule,
  SIZE,
  shade,
  WIDTH,
  wrapped,
  write,
  writeTo,
} from './press'

export async function render(paper: Paper, at: string): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  document.setTitle(`${paper.title} ${paper.number}`)
  if (paper.issuer) document.setAuthor(paper.issuer.label)
  document.setLanguage('en')
  document.setCreationDate(new Date(at))
  document.setModificationDate(new Date(at))
  const typeface = await embedTypeface(document)
  const page = document.addPage([PAGE.width, PAGE.height])
  const press: Press = { ...typeface, document, paper, page, top: PAGE.margin }
  const { logo } = paper
  // A picture that can't be drawn, for all that was checked of it, must not stop a paper.
  const picture =
    logo &&
    (await document[logo.contentType === 'image/png' ? 'embedPng' : 'embedJpg'](logo.data).catch(() => undefined))
  printHead(press, paper, picture)
  // Nobody signs an empty sheet: the last of what is signed goes over to the next page with the signatures.
  for (const [index, block] of paper.blocks.entries())
    printBlock(press, block, paper.blocks[index + 1]?.kind === 'signatures' ? SIGNATURES : 0)
  printFeet(press, paper)
  return document.save()
}

function printFeet(press: Press, { number, issuer }: Paper): void {
  const pages = press.document.getPages()
  const ink = { top: PAGE.height - 31, size: 7, color: GREY }
  for (const [index, page] of pages.entries()) {
    const sheet = { ...press, page }
    write(sheet, press.printable(issuer ? `${issuer.label} - ${number}` : number), PAGE.margin, ink)
    writeTo(sheet, `page ${index + 1} of ${pages.length}`, PAGE.width - PAGE.margin, ink)
  }
}

/** The most that a logo takes up, points. */
const LOGO = { width: 170, height: 44 }

/** The issuer on the left, what it is on the right, as letters have it. */
function printHead(press: Press, { title, number, date, place, issuer }: Paper, logo: PDFImage | undefined): void {
  const right = PAGE.width - PAGE.margin
  const { top } = press
  writeTo(press, press.printable(title), right, { size: 16, bold: true })
  writeTo(press, press.printable(`No. ${number}`), right, { top: top + 24 })
  writeTo(press, press.printable(place ? `Date: ${place}, ${date}` : `Date: ${date}`), right, { top: top + 24 + LINE })
  const width = WIDTH * 0.5
  if (logo) {
    const scaled = logo.scale(Math.min(LOGO.width / logo.width, LOGO.height / logo.height))
    press.page.drawImage(logo, { x: PAGE.margin, y: PAGE.height - top - scaled.height, ...scaled })
    press.top += scaled.height + 8
  }
  for (const line of issuer ? wrapped(press, issuer.label, press.bold, 12, width) : []) {
    write(press, line, PAGE.margin, { size: 12, bold: true })
    press.top += 16
  }
  for (const line of (issuer?.lines ?? []).flatMap((it) => wrapped(press, it, press.font, 8, width))) {
    write(press, line, PAGE.margin, { size: 8 })
    press.top += 11
  }
  press.top = Math.max(press.top, top + 24 + 2 * LINE) + 10
}

/** `below` is kept free under the last line or row. */
function printBlock(press: Press, block: Block, below: number): void {
  if (block.kind === 'boxes') printBoxes(press, block.boxes, block.strong ?? false)
  else if (block.kind === 'table') printTable(press, block, below)
  else if (block.kind === 'signatures') printSignatures(press, block.labels)
  else printLines(press, block.lines, below)
}

function printLines(press: Press, text: readonly string[], below: number): void {
  press.top += 4
  const lines = text.flatMap((it) => wrapped(press, it, press.font, SIZE, WIDTH))
  for (const [index, line] of lines.entries()) {
    room(press, index === lines.length - 1 ? LINE + 4 + below : LINE)
    write(press, line, PAGE.margin)
    press.top += LINE
  }
  press.top += 4
}

/** Height of a row of signatures, points. */
const SIGNATURES = 62

function printSignatures(press: Press, labels: readonly string[]): void {
  room(press, SIGNATURES)
  const width = WIDTH / Math.max(2, labels.length)
  for (const [index, label] of labels.entries()) {
    const x = PAGE.margin + index * width
    rule(press, press.top + SIGNATURES - 16, x, x + width - 20)
    write(press, label, x, { top: press.top + SIGNATURES - 13, size: 7, color: GREY })
  }
  press.top += SIGNATURES
}

/** Boxes that are longer than a page go on over the next. */
function printBoxes(press: Press, boxes: readonly Box[], strong: boolean): void {
  const width = WIDTH / boxes.length
  const font = strong ? press.bold : press.font
  let rest = boxes.map(({ label, lines }) => ({
    label: `${label}:`,
    lines: lines.flatMap((line) => wrapped(press, line, font, SIZE, width - 8)),
  }))
  const tallest = () => Math.max(1, ...rest.map(({ lines }) => lines.length))
  const heightOfLines = (count: number) => LINE * (1 + count) + 8
  if (heightOfLines(tallest()) > left(press)) nextPage(press)
  while (true) {
    const fitting = Math.min(tallest(), Math.floor((left(press) - 8) / LINE) - 1)
    rule(press, press.top)
    for (const [index, { label, lines }] of rest.entries()) {
      const x = PAGE.margin + index * width
      write(press, press.printable(label), x, { top: press.top + 3, size: 7.5, bold: true })
      for (const [row, line] of lines.slice(0, fitting).entries())
        write(press, line, x, { top: press.top + 3 + LINE * (row + 1), bold: strong })
    }
    press.top += heightOfLines(fitting)
    rest = rest.map(({ label, lines }) => ({ label, lines: lines.slice(fitting) }))
    if (rest.every(({ lines }) => lines.length === 0)) return
    nextPage(press)
  }
}

/** Its head stands above the first row of every page, and never alone. */
function printTable(press: Press, { columns, rows, total }: Table, below: number): void {
  press.top += 4
  const head = columns.map(({ header }) => header)
  const heightOfHead = heightOf(press, columns, head, true)
  const body = [...rows.map((row) => ({ row, bold: false })), ...(total ? [{ row: total, bold: true }] : [])]
  const heightWith = (index: number) => {
    const { row = [], bold = false } = body[index] ?? {}
    return heightOf(press, columns, row, bold) + (index === body.length - 1 ? 8 + below : 0)
  }
  room(press, heightOfHead + heightWith(0))
  printRow(press, columns, head, 'head')
  for (const [index, { row, bold }] of body.entries()) {
    if (heightWith(index) > left(press)) {
      nextPage(press)
      printRow(press, columns, head, 'head')
    }
    printRow(press, columns, row, bold ? 'total' : 'row')
  }
  rule(press, press.top)
  press.top += 8
}

/** To the next column: where it is too narrow, two are read as one. */
const GAP = 12

const cells = (press: Press, columns: readonly Column[], row: readonly string[], bold: boolean) =>
  columns.map(({ width }, index) =>
    wrapped(press, row[index] ?? '', bold ? press.bold : press.font, 8, width * WIDTH - GAP - 2),
  )

const heightOf = (press: Press, columns: readonly Column[], row: readonly string[], bold: boolean) =>
  LINE * Math.max(1, ...cells(press, columns, row, bold).map(({ length }) => length)) + 4

function printRow(
  press: Press,
  columns: readonly Column[],
  row: readonly string[],
  as: 'head' | 'row' | 'total',
): void {
  const bold = as !== 'row'
  const height = heightOf(press, columns, row, bold)
  if (as === 'head') shade(press, height)
  rule(press, press.top)
  let x = PAGE.margin
  for (const [index, lines] of cells(press, columns, row, bold).entries()) {
    const column = columns[index]
    const width = (column?.width ?? 0) * WIDTH
    for (const [at, line] of lines.entries()) {
      const ink = { top: press.top + 3 + at * LINE, size: 8, bold }
      if (column?.align === 'right') writeTo(press, line, x + width - GAP, ink)
      else write(press, line, x + 2, ink)
    }
    x += width
  }
  press.top += height
}
