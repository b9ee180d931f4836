/** Papers of every kind, in several layouts and languages: as PDF with a text layer, and as an office would scan them. */
import { readDocument } from '../../functions/documents/extraction/read-document'
import { createReader } from '../../local/textract/reader'
import type { Extraction, FieldValue } from '../../schemas/extraction'
import { type Paper, pdfOf, type Scan, scanOf } from '../fixtures/papers/paper'
import { TRADE } from '../fixtures/papers/trade'
import { TRANSPORT } from '../fixtures/papers/transport'

jest.setTimeout(120_000)

const PAPERS = [...TRANSPORT, ...TRADE]
const SCANS: readonly Scan[] = [
  { dpi: 200, degrees: 0.8 },
  { dpi: 150, degrees: -1.4 },
  { dpi: 200, degrees: 90 },
  { dpi: 200, degrees: 180, tint: '#e6e2d6', specks: 400 },
]

const reader = createReader()
afterAll(() => reader.close())

async function readingOf(bytes: Uint8Array): Promise<Extraction> {
  const { pages } = await reader.read(bytes, { features: ['FORMS', 'TABLES'] }, { urgent: false })
  return readDocument({ Blocks: pages.flatMap(({ blocks }) => blocks) })
}

function plain({ value }: FieldValue): string | number {
  if ('amount' in value) return value.amount
  if (value.type === 'party' || value.type === 'place') return value.name
  if (value.type === 'identifier') return value.id
  if (value.type === 'code') return value.code
  return value.type === 'date' ? value.date : value.text
}

type Judged = { field: string; wanted: string | number; got: string | number | undefined; confidence: number }

const judge = ({ truth }: Paper, { fields }: Extraction): Judged[] =>
  Object.entries(truth).map(([field, wanted]) => {
    const found = fields.filter((f) => f.field === field)
    const best = found.find((f) => plain(f) === wanted) ?? found[0]
    return { field, wanted, got: best && plain(best), confidence: best?.ambiguous ? 0 : (best?.confidence ?? 0) }
  })

const wrong = (judged: readonly Judged[]): Judged[] => judged.filter(({ wanted, got }) => got !== wanted)

describe.each(PAPERS)('$kind: $name', (paper) => {
  test('is read whole from its text layer', async () => {
    const reading = await readingOf(await pdfOf(paper))
    expect(reading.classification).toMatchObject({ kind: paper.kind, code: paper.code })
    expect(wrong(judge(paper, reading))).toEqual([])
  })
})

test('nine of ten values survive the scanner, and none that is wrong is sure', async () => {
  const judged: (Judged & { paper: string })[] = []
  for (const [index, paper] of PAPERS.entries()) {
    const scan = SCANS[index % SCANS.length] ?? { dpi: 200, degrees: 0 }
    const reading = await readingOf(scanOf(paper, scan))
    expect([paper.name, reading.classification.kind]).toEqual([paper.name, paper.kind])
    judged.push(...judge(paper, reading).map((it) => ({ ...it, paper: paper.name })))
  }
  const missed = judged.filter(({ wanted, got }) => got !== wanted)
  expect(missed.filter(({ got, confidence }) => got !== undefined && confidence >= 0.95)).toEqual([])
  expect(1 - missed.length / judged.length).toBeGreaterThan(0.9)
})
