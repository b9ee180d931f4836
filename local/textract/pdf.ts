/** PDF pages by pdfjs: the text layer where there is one, a picture where there is not. */
import { dirname, join } from 'node:path'
import { type Canvas, createCanvas, DOMMatrix, ImageData, Path2D } from '@napi-rs/canvas'
import { height, median } from './geometry'
import { faintInkOf, inkOf } from './ink'
import { DocumentError, type PageReader, type PageText, unreadable, unsupported, type Word } from './page'
import { componentsOf, grayFromRgba } from './raster'
import { rulesOf } from './rules'
import { type TextItem, wordsOfItems } from './text-layer'

type PdfJs = typeof import('pdfjs-dist/legacy/build/pdf.mjs')
type PdfDocument = Awaited<ReturnType<PdfJs['getDocument']>['promise']>
type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>

/** Pixels per point: text pages are only looked at for ruled lines, scans are read. */
const LAYOUT_SCALE = 150 / 72
const SCAN_DPI = 300
const MOST_PIXELS = 24_000_000
/** A page larger than this is refused, as Textract does: 40 inches a side. */
const LONGEST_SIDE = 2880

export async function openPdf(bytes: Uint8Array): Promise<PageReader> {
  const pdfjs = await loadPdfJs()
  const home = dirname(require.resolve('pdfjs-dist/package.json'))
  const task = pdfjs.getDocument({
    data: bytes,
    CanvasFactory,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    verbosity: 0,
    maxImageSize: 120_000_000,
    standardFontDataUrl: `${join(home, 'standard_fonts')}/`,
    cMapUrl: `${join(home, 'cmaps')}/`,
    cMapPacked: true,
  })
  const document = await task.promise.catch((error: unknown) => {
    throw error instanceof Error && error.name === 'PasswordException' ? unsupported() : unreadable()
  })
  const pageOf = async (number: number): Promise<PdfPage> => {
    const page = await document.getPage(number).catch(() => {
      throw unreadable()
    })
    const { width, height } = page.getViewport({ scale: 1 })
    if (!(width > 0 && height > 0)) throw unreadable()
    if (Math.max(width, height) > LONGEST_SIDE)
      throw new DocumentError('UnsupportedDocumentException', 'Request has a page larger than 40 inches')
    return page
  }
  return {
    pages: document.numPages,
    text: async (number) => textPage(await pageOf(number), pdfjs),
    picture: async (number) => {
      const page = await pageOf(number)
      return render(page, SCAN_DPI / 72)
    },
    close: () => task.destroy(),
  }
}

let loaded: Promise<PdfJs> | undefined
function loadPdfJs(): Promise<PdfJs> {
  // pdfjs takes these from an older canvas package of its own when they are missing, and the two do not mix.
  Object.assign(globalThis, { Path2D, DOMMatrix, ImageData })
  loaded ??= import('pdfjs-dist/legacy/build/pdf.mjs')
  return loaded
}

class CanvasFactory {
  create(width: number, height: number) {
    const canvas = createCanvas(width, height)
    return { canvas, context: canvas.getContext('2d') }
  }
  reset({ canvas }: { canvas: Canvas }, width: number, height: number) {
    canvas.width = width
    canvas.height = height
  }
  destroy({ canvas }: { canvas: Canvas }) {
    canvas.width = 0
    canvas.height = 0
  }
}

async function textPage(page: PdfPage, pdfjs: PdfJs): Promise<PageText | null> {
  const viewport = page.getViewport({ scale: LAYOUT_SCALE })
  const content = await page.getTextContent()
  const items = content.items.flatMap((item): TextItem[] => {
    if (!('str' in item)) return []
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = pdfjs.Util.transform(
      viewport.transform,
      item.transform,
    ) as number[]
    return [{ text: item.str, a, b, c, d, x: e, y: f, advance: item.width * LAYOUT_SCALE }]
  })
  const words = wordsOfItems(items)
  if (!isUsable(words) || (await isPicture(page, pdfjs))) return null
  const canvas = await render(page, LAYOUT_SCALE)
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
  const gray = grayFromRgba(pixels, canvas.width, canvas.height)
  const rules = rulesOf(faintInkOf(gray, 8), componentsOf(inkOf(gray)), median(words.map(height)))
  const toInput = (x: number, y: number) => ({ X: x / viewport.width, Y: y / viewport.height })
  return { width: viewport.width, height: viewport.height, words, checkboxes: [], rules, toInput }
}

/** A few stray characters, or a font without a usable encoding, are not a text layer. */
function isUsable(words: readonly Word[]): boolean {
  const text = words.map((word) => word.text).join('')
  if (text.length < 8) return false
  const broken = [...text].filter(isBroken).length
  return broken / text.length < 0.1
}

/** The replacement character, private use and control codes: a font that does not say which letters it draws. */
const isBroken = (letter: string): boolean => {
  const code = letter.codePointAt(0) ?? 0
  return code < 9 || code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff)
}

/** One image over most of the page is a scan; text beneath it is somebody else's OCR, which Textract ignores too. */
async function isPicture(page: PdfPage, pdfjs: PdfJs): Promise<boolean> {
  const { fnArray, argsArray } = await page.getOperatorList()
  const { OPS, Util } = pdfjs
  const { width, height: tall } = page.getViewport({ scale: 1 })
  let matrix = [1, 0, 0, 1, 0, 0]
  const saved: number[][] = []
  let covered = 0
  for (const [index, operation] of fnArray.entries()) {
    if (operation === OPS.save) saved.push(matrix)
    else if (operation === OPS.restore) matrix = saved.pop() ?? matrix
    else if (operation === OPS.transform) matrix = Util.transform(matrix, argsArray[index] as number[]) as number[]
    else if (
      operation === OPS.paintImageXObject ||
      operation === OPS.paintInlineImageXObject ||
      operation === OPS.paintImageMaskXObject
    )
      covered += Math.abs((matrix[0] ?? 0) * (matrix[3] ?? 0) - (matrix[1] ?? 0) * (matrix[2] ?? 0))
  }
  return covered > width * tall * 0.55
}

async function render(page: PdfPage, wanted: number): Promise<Canvas> {
  const natural = page.getViewport({ scale: 1 })
  const scale = Math.min(wanted, Math.sqrt(MOST_PIXELS / (natural.width * natural.height)))
  const viewport = page.getViewport({ scale })
  const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height))
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  // The canvas package implements the DOM's drawing context; its type does not say so.
  await page.render({
    canvasContext: context as unknown as Parameters<PdfPage['render']>[0]['canvasContext'],
    viewport,
  }).promise
  return canvas
}
