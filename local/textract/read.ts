/** One document in, Textract's blocks out, page by page. */
import { loadImage } from '@napi-rs/canvas'
import { alignedTables } from './aligned-tables'
import { type Block, PageBlocks } from './blocks'
import { type ExpenseDocument, expenseOf, type Readable } from './expense'
import { keyValuesOf } from './forms'
import { contains, height, median } from './geometry'
import { gridsOf } from './grid'
import { layoutOf } from './layout'
import { linesOf } from './lines'
import { DocumentError, type Line, type PageReader, type PageText, unreadable, unsupported } from './page'
import { openPdf } from './pdf'
import { answer, type Query } from './queries'
import { ruledTables } from './ruled-tables'
import { type Engines, readScan } from './scan'
import { imageSize, isWhole, kindOf } from './sniff'
import { openTiff } from './tiff'

export type Feature = 'FORMS' | 'TABLES' | 'QUERIES' | 'LAYOUT' | 'SIGNATURES'

export interface ReadRequest {
  features: readonly Feature[]
  queries?: readonly Query[]
  /** First and last page wanted, from 1; all when absent. */
  pages?: { from: number; to: number }
  /** Adds each page's expense document. */
  expense?: boolean
  /** Refuses a document of more pages, as the synchronous operations do. */
  mostPages?: number
}

export interface ReadPage {
  number: number
  blocks: Block[]
  expense?: ExpenseDocument
}

export interface ReadResult {
  /** Pages of the whole document. */
  total: number
  pages: ReadPage[]
  /** Pages that could not be read, while others could. */
  failed: number[]
}

/** Longest side of a picture, in pixels (Textract's own limit). */
const LONGEST_SIDE = 10_000

export type EngineSource = () => Promise<Engines>

export async function readDocument(
  bytes: Uint8Array,
  request: ReadRequest,
  engines: EngineSource,
): Promise<ReadResult> {
  const kind = kindOf(bytes)
  if (kind === 'pdf') return readPages(await openPdf(bytes), request, engines)
  if (kind === 'tiff') return readPages(openTiff(bytes), request, engines)
  if (kind === null) throw unsupported()
  const size = imageSize(bytes, kind)
  if (!size) throw unreadable()
  if (Math.max(size.width, size.height) > LONGEST_SIDE)
    throw new DocumentError('UnsupportedDocumentException', 'Request has an image larger than 10000 pixels')
  if (!isWhole(bytes, kind)) throw unreadable()
  const image = await loadImage(Buffer.from(bytes)).catch(() => {
    throw unreadable()
  })
  const page = await readScan(image, await engines())
  return { total: 1, pages: [tell(page, request, 1)], failed: [] }
}

async function readPages(file: PageReader, request: ReadRequest, engines: EngineSource): Promise<ReadResult> {
  try {
    if (file.pages < 1) throw unreadable()
    if (request.mostPages !== undefined && file.pages > request.mostPages) throw unsupported()
    const result: ReadResult = { total: file.pages, pages: [], failed: [] }
    const last = Math.min(file.pages, request.pages?.to ?? file.pages)
    for (let number = request.pages?.from ?? 1; number <= last; number += 1) {
      try {
        const page = (await file.text(number)) ?? (await readScan(await file.picture(number), await engines()))
        result.pages.push(tell(page, request, number))
      } catch (error) {
        if (file.pages === 1) throw error instanceof DocumentError ? error : unreadable()
        result.failed.push(number)
      }
    }
    return result
  } finally {
    await file.close()
  }
}

/** What a page says, in blocks. Exported for tests of the layout rules, which need no picture. */
export function tell(page: PageText, request: ReadRequest, number: number): ReadPage {
  const blocks = new PageBlocks(page)
  const lines = linesOf(page.words, page.rules.vertical)
  blocks.addLines(lines)
  const wanted = request.features.length > 0 || request.expense === true
  const found = wanted && lines.length > 0 ? understand(page, lines) : { page, lines, tables: [], pairs: [] }
  addFeatures(found, blocks, request, number)
  return {
    number,
    blocks: blocks.finish(number),
    ...(request.expense ? { expense: expenseOf(found, number, number) } : {}),
  }
}

function understand(page: PageText, lines: Line[]): Readable {
  const grids = gridsOf(page.rules, median(lines.map(height)))
  const ruled = grids.flatMap((grid) => ruledTables(grid, lines))
  const outside = lines.filter((line) => !ruled.some((table) => contains(table, line)))
  const tables = [...ruled, ...alignedTables(outside)]
  return { page, lines, tables, pairs: keyValuesOf(page, lines, grids, tables) }
}

function addFeatures(
  { lines, tables, pairs }: Readable,
  blocks: PageBlocks,
  request: ReadRequest,
  number: number,
): void {
  const add: Record<Feature, () => void> = {
    TABLES: () => tables.forEach((table) => void blocks.addTable(table)),
    FORMS: () => pairs.forEach((pair) => void blocks.addKeyValue(pair)),
    // Accepted; none is ever found: a signature is not told from other handwriting here.
    SIGNATURES: () => {},
    QUERIES: () => {
      for (const query of request.queries ?? [])
        if (asksPage(query, number)) blocks.addAnswer(answer(query, pairs, tables))
    },
    LAYOUT: () => layoutOf(lines, tables, pairs).forEach((area) => void blocks.addLayout(area)),
  }
  for (const feature of ['TABLES', 'FORMS', 'SIGNATURES', 'QUERIES', 'LAYOUT'] as const)
    if (request.features.includes(feature)) add[feature]()
}

/** Pages of a query: numbers, ranges ("2-4", "3-*"), or "*"; the first page when not told. */
function asksPage(query: Query, number: number): boolean {
  return (query.Pages ?? ['1']).some((pages) => {
    const [from = '', to = from] = pages.split('-')
    if (pages === '*') return true
    return number >= Number(from) && (to === '*' || number <= Number(to))
  })
}
