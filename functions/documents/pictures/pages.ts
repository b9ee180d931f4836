/** Pages of a file as pictures. Loaded only where a picture is wanted: PDFium is four megabytes. */
import { readFileSync } from 'node:fs'
import { PDFDocument } from 'pdf-lib'
import * as UTIF from 'utif2'
import type { ContentType } from '../../../schemas/document'
import { type Picture, withoutAlpha } from './picture'

/** Dots an inch at which small print can be read on a screen. */
const DPI = 150
/** A page needs no more to be looked at, and a function has memory for no more. */
const MOST_PIXELS = 12_000_000

/** The pages that were asked for, counted from 1; those that the file has not are left out. Throws where it can't be read. */
export async function renderPages(
  bytes: Uint8Array,
  contentType: ContentType,
  numbers: readonly number[],
): Promise<Map<number, Picture>> {
  if (contentType === 'image/tiff') return tiffPages(bytes, numbers)
  if (contentType === 'application/pdf') return pdfPages(bytes, numbers, DPI / 72)
  return pdfPages(await pageOf(bytes, contentType), numbers, 1)
}

/** A page as large as the picture, a point for each of its dots. */
async function pageOf(bytes: Uint8Array, contentType: 'image/png' | 'image/jpeg'): Promise<Uint8Array> {
  const pdf = await PDFDocument.create()
  const image = contentType === 'image/png' ? await pdf.embedPng(bytes) : await pdf.embedJpg(bytes)
  pdf.addPage([image.width, image.height]).drawImage(image)
  return pdf.save()
}

/** The build brings the file along and puts its place here (infra/bundle.ts). */
const wasmFile = () => require.resolve('@hyzyla/pdfium/pdfium.wasm')

async function pdfPages(bytes: Uint8Array, numbers: readonly number[], scale: number): Promise<Map<number, Picture>> {
  const { PDFiumLibrary }: typeof import('@hyzyla/pdfium') = require('@hyzyla/pdfium')
  const { buffer, byteOffset, byteLength } = readFileSync(wasmFile())
  // Node's files are never in shared memory.
  const wasmBinary = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
  const library = await PDFiumLibrary.init({ wasmBinary })
  try {
    const document = await library.loadDocument(bytes)
    const pages = new Map<number, Picture>()
    for (const number of numbers.filter((it) => it <= document.getPageCount())) {
      const page = document.getPage(number - 1)
      const { originalWidth, originalHeight } = page.getOriginalSize()
      const most = Math.sqrt(MOST_PIXELS / (originalWidth * originalHeight))
      pages.set(number, withoutAlpha(await page.render({ scale: Math.min(scale, most), render: 'bitmap' })))
    }
    return pages
  } finally {
    library.destroy()
  }
}

function tiffPages(bytes: Uint8Array, numbers: readonly number[]): Map<number, Picture> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const directories = UTIF.decode(file)
  return new Map(
    numbers.flatMap((number) => {
      const directory = directories[number - 1]
      if (!directory) return []
      UTIF.decodeImage(file, directory)
      const { width, height } = directory
      return [[number, withoutAlpha({ width, height, data: UTIF.toRGBA8(directory) })] as const]
    }),
  )
}
