// Recorded answers of Textract, by others: kept outside the project, so this suite says when it cannot run.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDocument } from '../../../functions/documents/extraction/read-document'
import { Extraction } from '../../../schemas/extraction'

const DATA = join(process.env.PORTOLAN_DATA ?? '../shared/data', '01_textract')
const present = existsSync(DATA)
const suite = present ? describe : describe.skip

const answers = (): string[] =>
  readdirSync(DATA, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()

const read = (file: string): Extraction => readDocument(JSON.parse(readFileSync(join(DATA, file), 'utf8')))

suite(present ? 'recorded answers of Textract' : `skipped: no recorded answers in ${DATA}`, () => {
  test('each is read into a valid extraction whose places lie on the page', () => {
    const files = answers()
    expect(files.length).toBeGreaterThan(40)
    for (const file of files) {
      const extraction = Extraction.parse(read(file))
      for (const { box, page } of extraction.fields) {
        expect(page).toBeGreaterThan(0)
        expect(box.left).toBeGreaterThanOrEqual(-0.01)
        expect(box.top + box.height).toBeLessThanOrEqual(1.02)
      }
    }
  }, 60_000)

  test('pay slips and application forms are none of our kinds', () => {
    for (const file of answers().filter((f) => /paystub|employment/.test(f))) {
      expect([file, read(file).classification.kind]).toEqual([file, 'OTHER'])
    }
  }, 60_000)

  test('a page turned by 180 degrees is read as the upright one', () => {
    const values = (file: string): unknown => read(file).fields.map((f) => [f.field, f.value])
    expect(values('responses/gib__180_degrees.json')).toEqual(values('responses/gib.json'))
  })

  test('an invoice seen by AnalyzeExpense', () => {
    const { classification, fields } = read('pairs/trp-js/default_invoice_1/invoice-expense-response.json')
    expect(classification.kind).toBe('COMMERCIAL_INVOICE')
    const value = (name: string): unknown => fields.find((f) => f.field === name)?.value
    expect(value('invoiceNumber')).toEqual({ type: 'identifier', id: '123PQR456' })
    expect(value('subtotalAmount')).toEqual({ type: 'money', amount: 616940, currency: 'USD' })
    expect(value('totalAmount')).toEqual({ type: 'money', amount: 623109, currency: 'USD' })
  })

  test('answers still in progress, or failed, have nothing to read', () => {
    for (const file of ['responses/test-inprogress-response.json', 'responses/test-failed-response.json']) {
      expect(read(file)).toMatchObject({ classification: { kind: 'OTHER' }, fields: [] })
    }
  })
})
