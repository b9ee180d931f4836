/** The bench of documents on folders as others lay them: what is broken in them is told, and never breaks the report. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { STORY } from '../fixtures/documents/story'

const ROOT = join(__dirname, '../..')
const FIXTURES = join(ROOT, 'test/fixtures/documents')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bench-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const write = (path: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), content)
}
const copy = (fixture: string, path: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  copyFileSync(join(FIXTURES, fixture), join(dir, path))
}

type Figures = { documents: number; classification: number | null; fields: { expected: number; right: number } }
type Report = { summary: Figures; byKind: Record<string, Figures>; byPath: Record<string, Figures> }

function bench(folder: string): { report: Report; told: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'bench/documents.ts', '--dir', folder, '--json'],
    { cwd: ROOT, encoding: 'utf8' },
  )
  // Parsed whole: one object, and nothing before or after it.
  return { report: JSON.parse(stdout), told: stderr, status }
}

const FIGURES = ['classification', 'fieldPrecision', 'fieldRecall', 'fieldF1', 'secondsPerPage', 'verifiedShare']

test('a folder full of mishaps is read as far as it goes', () => {
  const truth = JSON.stringify({ documentType: 'Commercial invoice', invoiceNumber: STORY.invoiceNumber })
  copy('commercial-invoice.pdf', '02_shipping_docs/some/deeper/folder/INV.PDF')
  write('02_shipping_docs/some/deeper/folder/INV.TRUTH.JSON', `\uFEFF${truth}`)
  copy('commercial-invoice.pdf', '02_shipping_docs/broken/invoice-1.pdf')
  write('02_shipping_docs/broken/invoice-1.truth.json', '{"documentType": "COMMERC')
  copy('commercial-invoice.pdf', '02_shipping_docs/no_truth/invoice-2.pdf')
  copy('commercial-invoice.pdf', '02_shipping_docs/unheard-of/paper.pdf')
  copy('truncated.pdf', '02_shipping_docs/damaged/invoice-3.pdf')
  write('02_shipping_docs/damaged/invoice-4.pdf', '')
  write('02_shipping_docs/damaged/empty.json', '')
  write('02_shipping_docs/damaged/half.json', '{"Blocks": [')
  mkdirSync(join(dir, '02_shipping_docs/nothing-here.pdf'), { recursive: true })
  symlinkSync(join(dir, 'gone.pdf'), join(dir, '02_shipping_docs/damaged/invoice-5.pdf'))
  const { report, told, status } = bench(dir)
  expect(status).toBe(0)
  expect(Object.keys(report.summary)).toEqual(expect.arrayContaining(FIGURES))
  expect(report.byKind.COMMERCIAL_INVOICE).toMatchObject({ documents: 5, classification: 0.6 })
  expect(report.summary.fields).toMatchObject({ expected: 1, right: 1 })
  expect(Object.keys(report.byPath)).toEqual(['local'])
  expect(told).toContain('invoice-1.pdf: truth unreadable')
  expect(told).toContain('invoice-3.pdf: Request has bad document')
})

test('recorded answers alone are a folder too', () => {
  const line = { BlockType: 'LINE', Id: '1', Text: 'INVOICE No. 4711', Confidence: 99, Page: 1 }
  const answer = { Blocks: [{ BlockType: 'PAGE', Id: '0', Page: 1 }, line] }
  write('01_textract/responses/inv.json', JSON.stringify(answer))
  write('01_textract/responses/inv.truth.json', '{"documentType": "INVOICE", "invoiceNumber": 4711}')
  const { report } = bench(dir)
  expect(report.byPath.textract).toMatchObject({ documents: 1, fields: { expected: 1 } })
})

test.each([
  ['an empty folder', '.', 0],
  ['no folder at all', 'not-there', 1],
])('%s makes a report of nothing', (_name, folder, status) => {
  const { report, ...rest } = bench(join(dir, folder))
  expect(rest.status).toBe(status)
  expect(Object.keys(report.summary)).toEqual(expect.arrayContaining(FIGURES))
  expect(report).toMatchObject({ summary: { documents: 0, classification: null }, byKind: {}, byPath: {} })
})

test('the truth is never written to', () => {
  const truth = '{"documentType": "INVOICE"}'
  copy('commercial-invoice.pdf', '02_shipping_docs/a.pdf')
  write('02_shipping_docs/a.truth.json', truth)
  bench(dir)
  expect(readFileSync(join(dir, '02_shipping_docs/a.truth.json'), 'utf8')).toBe(truth)
})
