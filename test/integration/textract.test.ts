import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from '../../local/textract/blocks'
import type { ExpenseDocument } from '../../local/textract/expense'
import { createReader } from '../../local/textract/reader'
import { createTextract, type Textract } from '../../local/textract/service'
import { STORY } from '../fixtures/documents/story'
import { type Reading, readingOf } from '../support/textract'
import { cleanUp, newFolder, openRuntime, ROLE, type TestRuntime } from '../unit/local-messaging/runtime'

jest.setTimeout(60_000)

const FIXTURES = join(__dirname, '../fixtures/documents')
const reader = createReader()

let runtime: TestRuntime
let textract: Textract

beforeAll(() => {
  runtime = openRuntime(newFolder())
  textract = createTextract(runtime, {
    getObject: async (_bucket, key) => readFileSync(join(FIXTURES, key)),
    publish: () => undefined,
    reader,
  })
})
afterAll(async () => {
  await textract.close()
  runtime.drop()
  cleanUp()
})

interface Answer {
  DocumentMetadata: { Pages: number }
  Blocks: Block[]
  ExpenseDocuments: ExpenseDocument[]
}

const call = async (operation: string, input: Record<string, unknown>): Promise<Answer> =>
  // Round trip through JSON, as over the wire.
  JSON.parse(
    JSON.stringify(await textract.handle({ operation, input: JSON.parse(JSON.stringify(input)), principal: ROLE })),
  )
const document = (name: string) => ({ Document: { S3Object: { Bucket: 'documents', Name: name } } })
const analyze = (name: string, more: Record<string, unknown> = {}) =>
  call('AnalyzeDocument', { ...document(name), FeatureTypes: ['FORMS', 'TABLES', 'LAYOUT'], ...more })

function expectWholeReferences(blocks: readonly Block[]): void {
  const ids = new Set(blocks.map((block) => block.Id))
  expect(ids.size).toBe(blocks.length)
  for (const block of blocks) {
    for (const id of block.Relationships?.flatMap((relation) => relation.Ids) ?? []) expect(ids.has(id)).toBe(true)
    for (const { X, Y } of block.Geometry?.Polygon ?? []) {
      expect(Math.min(X, Y)).toBeGreaterThanOrEqual(0)
      expect(Math.max(X, Y)).toBeLessThanOrEqual(1)
    }
  }
}

function expectPackingList({ pairs, tables }: Reading): void {
  expect(pairs.get('Exporter')).toContain(STORY.shipper.name)
  expect(pairs.get('Consignee')).toContain(STORY.consignee.name)
  expect(pairs.get('Invoice No.')).toBe(STORY.invoiceNumber)
  expect(pairs.get('Vessel')).toBe(STORY.vessel)
  expect(pairs.get('Port of Discharge')).toBe('Singapore SGSIN')
  expect(pairs.get('Total Gross Weight')).toBe(`${STORY.grossKg} kg`)
  const goods = tables.find((table) => table[0]?.[0] === 'Container No.')
  expect(goods?.map((row) => row.at(-1))).toEqual(['m3', '33.840', '22.560', '56.400'])
  expect(goods?.[1]?.[0]?.toUpperCase()).toBe(STORY.containers[0].number)
}

describe('AnalyzeDocument', () => {
  test('reads a text PDF exactly from its text layer', async () => {
    const { Blocks, DocumentMetadata } = await analyze('commercial-invoice.pdf')
    expect(DocumentMetadata).toEqual({ Pages: 1 })
    expectWholeReferences(Blocks)
    const words = Blocks.filter((block) => block.BlockType === 'WORD')
    expect(words.every((word) => (word.Confidence ?? 0) > 99)).toBe(true)
    const { pairs, tables } = readingOf(Blocks)
    expect(pairs.get('Invoice No')).toBe(STORY.invoiceNumber)
    expect(pairs.get('Invoice Date')).toBe(STORY.invoiceDate)
    expect(pairs.get('Total USD')).toBe(STORY.total)
    expect(pairs.get('Gross Weight')).toBe(`${STORY.grossKg} kg`)
    expect(pairs.get('Sold to')).toBe([STORY.consignee.name, ...STORY.consignee.lines].join(' '))
    expect(tables[0]).toEqual([
      ['Item', 'Description of Goods', 'HS Code', 'Quantity', 'Unit Price', 'Amount'],
      ...STORY.goods.map((item) => [
        item.code,
        item.description,
        STORY.hsCode,
        String(item.quantity),
        item.price,
        item.amount,
      ]),
    ])
  })

  test('reads a scan', async () => {
    const { Blocks } = await analyze('packing-list.png')
    expectWholeReferences(Blocks)
    expectPackingList(readingOf(Blocks))
  })

  test('reads a PDF that holds only a picture', async () => {
    const { Blocks } = await analyze('bill-of-lading.pdf')
    const { pairs, tables } = readingOf(Blocks)
    expect(pairs.get('Shipper')).toBe([STORY.shipper.name, ...STORY.shipper.lines].join(' '))
    expect(pairs.get('Bill of Lading No.')).toBe(STORY.billOfLading)
    expect(pairs.get('Voyage No.')).toBe(STORY.voyage)
    expect(pairs.get('Shipped on Board Date')).toBe(STORY.onBoard)
    const first = tables.flat().map((row) => row[0])
    for (const { number, seal } of STORY.containers)
      expect(first).toEqual(expect.arrayContaining([number, `Seal ${seal}`]))
  })

  test.each(['packing-list-sideways.jpg', 'packing-list-upside-down.jpg'])('turns %s upright', async (name) => {
    const { Blocks } = await analyze(name)
    expectWholeReferences(Blocks)
    expectPackingList(readingOf(Blocks))
    const title = Blocks.find((block) => block.Text === 'PACKING LIST')
    const [start, end] = title?.Geometry?.Polygon ?? []
    const reads = { X: (end?.X ?? 0) - (start?.X ?? 0), Y: (end?.Y ?? 0) - (start?.Y ?? 0) }
    // The places are told on the page as it came: sideways text runs down it, turned text from right to left.
    if (name.includes('sideways')) expect(reads.Y).toBeGreaterThan(Math.abs(reads.X) * 3)
    else expect(reads.X).toBeLessThan(-0.1)
  })

  test('answers queries by their labels and leaves the others open', async () => {
    const Queries = [
      { Text: 'What is the invoice number?', Alias: 'number' },
      { Text: 'What is the gross weight?' },
      { Text: 'What is the name of the captain?' },
    ]
    const { Blocks } = await analyze('commercial-invoice.pdf', {
      FeatureTypes: ['QUERIES'],
      QueriesConfig: { Queries },
    })
    const asked = Blocks.filter((block) => block.BlockType === 'QUERY')
    const answers = asked.map((query) => Blocks.find((block) => block.Id === query.Relationships?.[0]?.Ids[0])?.Text)
    expect(asked[0]?.Query).toEqual(Queries[0])
    expect(answers).toEqual([STORY.invoiceNumber, `${STORY.grossKg} kg`, undefined])
  })
})

test('DetectDocumentText tells lines and words alone', async () => {
  const { Blocks } = await call('DetectDocumentText', document('packing-list.png'))
  expect(new Set(Blocks.map((block) => block.BlockType))).toEqual(new Set(['PAGE', 'LINE', 'WORD']))
  expect(readingOf(Blocks).lines).toContain(`Total Packages: ${STORY.packages} crates`)
})

test('AnalyzeExpense normalises the fields of an invoice and its items', async () => {
  const { ExpenseDocuments } = await call('AnalyzeExpense', document('commercial-invoice.pdf'))
  const [expense] = ExpenseDocuments
  const fields = new Map(expense?.SummaryFields.map((field) => [field.Type.Text, field.ValueDetection.Text]))
  expect(Object.fromEntries(fields)).toMatchObject({
    VENDOR_NAME: STORY.shipper.name,
    RECEIVER_NAME: STORY.consignee.name,
    INVOICE_RECEIPT_ID: STORY.invoiceNumber,
    INVOICE_RECEIPT_DATE: STORY.invoiceDate,
    DUE_DATE: STORY.dueDate,
    PO_NUMBER: STORY.purchaseOrder,
    SUBTOTAL: STORY.total,
    TAX: '0.00',
    TOTAL: STORY.total,
  })
  const items = expense?.LineItemGroups[0]?.LineItems.map(({ LineItemExpenseFields }) =>
    Object.fromEntries(LineItemExpenseFields.map((field) => [field.Type.Text, field.ValueDetection.Text])),
  )
  expect(items).toMatchObject(
    STORY.goods.map((item) => ({
      PRODUCT_CODE: item.code,
      ITEM: item.description,
      QUANTITY: String(item.quantity),
      UNIT_PRICE: item.price,
      PRICE: item.amount,
    })),
  )
  const total = expense?.SummaryFields.find((field) => field.Type.Text === 'TOTAL')
  expect(total?.Currency?.Code).toBe(STORY.currency)
})

describe('what cannot be read', () => {
  test.each([
    ['encrypted.pdf', 'UnsupportedDocumentException'],
    ['web-page.pdf', 'UnsupportedDocumentException'],
    ['packing-list-two-pages.pdf', 'UnsupportedDocumentException'],
    ['corrupt.pdf', 'BadDocumentException'],
    ['truncated.pdf', 'BadDocumentException'],
    ['not-there.pdf', 'InvalidS3ObjectException'],
  ])('%s is refused with %s', async (name, code) => {
    await expect(analyze(name)).rejects.toMatchObject({ code, status: 400 })
  })

  test('a request that asks for nothing, or for queries without a question, is invalid', async () => {
    const invalid = { code: 'InvalidParameterException' }
    await expect(analyze('packing-list.png', { FeatureTypes: [] })).rejects.toMatchObject(invalid)
    await expect(analyze('packing-list.png', { FeatureTypes: ['QUERIES'] })).rejects.toMatchObject(invalid)
    await expect(call('DetectDocumentText', { Document: {} })).rejects.toMatchObject(invalid)
  })

  test('an object that the caller may not read is not read', async () => {
    runtime.denied.add('s3:GetObject')
    await expect(analyze('packing-list.png')).rejects.toMatchObject({ code: 'InvalidS3ObjectException' })
    runtime.denied.clear()
  })

  test('more than 10 MB is too large for a synchronous call', async () => {
    const Document = { Bytes: Buffer.alloc(10 * 1024 * 1024 + 1).toString('base64') }
    await expect(call('DetectDocumentText', { Document })).rejects.toMatchObject({ code: 'DocumentTooLargeException' })
  })
})
