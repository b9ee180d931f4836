import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import type { Block } from '../../local/textract/blocks'
import type { ExpenseDocument } from '../../local/textract/expense'
import { createTextract, type Textract } from '../../local/textract/service'
import { STORY } from '../fixtures/documents/story'
import { readingOf } from '../support/textract'
import { tiffOf } from '../support/tiff'
import { arnOf, cleanUp, newFolder, openRuntime, ROLE, type TestRuntime } from '../unit/local-messaging/runtime'

jest.setTimeout(60_000)

const FIXTURES = join(__dirname, '../fixtures/documents')
const TOPIC = arnOf('sns', 'textract-done')
const NotificationChannel = { SNSTopicArn: TOPIC, RoleArn: ROLE.roleArn }

let folder: string
let runtime: TestRuntime
let textract: Textract
/** Made by a test. */
const files = new Map<string, Uint8Array>()
let published: { topicArn: string; message: Record<string, unknown> }[]

function start(): void {
  runtime = openRuntime(folder)
  textract = createTextract(runtime, {
    getObject: async (_bucket, key) => files.get(key) ?? readFileSync(join(FIXTURES, key)),
    publish: (topicArn, message) => void published.push({ topicArn, message: JSON.parse(message) }),
  })
  textract.boot()
}

beforeEach(() => {
  folder = newFolder()
  published = []
  start()
})
afterEach(async () => {
  await textract.close()
  runtime.drop()
  cleanUp()
})

interface Answer {
  JobId: string
  JobStatus: string
  StatusMessage?: string
  NextToken?: string
  DocumentMetadata?: { Pages: number }
  Blocks?: Block[]
  ExpenseDocuments?: ExpenseDocument[]
}

const call = async (operation: string, input: Record<string, unknown>): Promise<Answer> =>
  JSON.parse(
    JSON.stringify(await textract.handle({ operation, input: JSON.parse(JSON.stringify(input)), principal: ROLE })),
  )
const at = (name: string) => ({ DocumentLocation: { S3Object: { Bucket: 'documents', Name: name } } })
const FeatureTypes = ['FORMS', 'TABLES']

test('a document of two pages is analysed, announced and handed out page by page', async () => {
  const { JobId } = await call('StartDocumentAnalysis', {
    ...at('packing-list-two-pages.pdf'),
    FeatureTypes,
    JobTag: 'shipment-7',
    NotificationChannel,
  })
  expect(await call('GetDocumentAnalysis', { JobId })).toEqual({ JobStatus: 'IN_PROGRESS' })
  await runtime.idle()
  const blocks: Block[] = []
  let NextToken: string | undefined
  do {
    const answer = await call('GetDocumentAnalysis', { JobId, MaxResults: 300, ...(NextToken ? { NextToken } : {}) })
    expect(answer).toMatchObject({ JobStatus: 'SUCCEEDED', DocumentMetadata: { Pages: 2 } })
    expect(answer.Blocks?.length).toBeLessThanOrEqual(300)
    blocks.push(...(answer.Blocks ?? []))
    NextToken = answer.NextToken
  } while (NextToken)
  expect(blocks.filter((block) => block.BlockType === 'PAGE').map((block) => block.Page)).toEqual([1, 2])
  expect(readingOf(blocks).pairs.get('Total Measurement')).toBe(`${STORY.volume} m3`)
  expect(readingOf(blocks).tables.some((table) => table.length === STORY.packages + 1)).toBe(true)
  expect(published).toEqual([
    {
      topicArn: TOPIC,
      message: {
        JobId,
        Status: 'SUCCEEDED',
        API: 'StartDocumentAnalysis',
        JobTag: 'shipment-7',
        Timestamp: expect.any(Number),
        DocumentLocation: { S3ObjectName: 'packing-list-two-pages.pdf', S3Bucket: 'documents' },
      },
    },
  ])
})

test('a token starts one job, and only with the same parameters', async () => {
  const request = { ...at('commercial-invoice.pdf'), ClientRequestToken: 'invoice-1' }
  const first = await call('StartDocumentTextDetection', request)
  expect(await call('StartDocumentTextDetection', request)).toEqual(first)
  await expect(call('StartDocumentTextDetection', { ...request, JobTag: 'other' })).rejects.toMatchObject({
    code: 'IdempotentParameterMismatchException',
  })
  await runtime.idle()
  expect(await call('StartDocumentTextDetection', request)).toEqual(first)
  const answer = await call('GetDocumentTextDetection', first as never)
  expect(answer.Blocks?.some((block) => block.Text === STORY.invoiceNumber)).toBe(true)
  await expect(call('GetDocumentAnalysis', first as never)).rejects.toMatchObject({ code: 'InvalidJobIdException' })
})

test('an expense job answers one document a page', async () => {
  const { JobId } = await call('StartExpenseAnalysis', at('commercial-invoice.pdf'))
  await runtime.idle()
  const { ExpenseDocuments } = await call('GetExpenseAnalysis', { JobId })
  expect(ExpenseDocuments).toHaveLength(1)
  expect(ExpenseDocuments?.[0]?.SummaryFields.map((field) => field.Type.Text)).toContain('TOTAL')
})

test('an unreadable document ends as a failed job, announced as such', async () => {
  const { JobId } = await call('StartDocumentAnalysis', { ...at('encrypted.pdf'), FeatureTypes, NotificationChannel })
  await runtime.idle()
  expect(await call('GetDocumentAnalysis', { JobId })).toEqual({
    JobStatus: 'FAILED',
    StatusMessage: 'INVALID_IMAGE_TYPE',
  })
  expect(published[0]?.message).toMatchObject({ JobId, Status: 'FAILED' })
})

test('a missing object and bad parameters are refused at the start', async () => {
  await expect(call('StartDocumentAnalysis', { ...at('gone.pdf'), FeatureTypes })).rejects.toMatchObject({
    code: 'InvalidS3ObjectException',
  })
  await expect(call('StartDocumentAnalysis', at('commercial-invoice.pdf'))).rejects.toMatchObject({
    code: 'InvalidParameterException',
  })
})

test('a job that a stop interrupted is finished and announced once after the next start', async () => {
  const { JobId } = await call('StartDocumentTextDetection', {
    ...at('packing-list-two-pages.pdf'),
    NotificationChannel,
  })
  await textract.close()
  runtime.drop()
  expect(published).toEqual([])
  start()
  await runtime.idle()
  const answer = await call('GetDocumentTextDetection', { JobId })
  expect(answer).toMatchObject({ JobStatus: 'SUCCEEDED', DocumentMetadata: { Pages: 2 } })
  expect(answer.Blocks?.filter((block) => block.BlockType === 'PAGE')).toHaveLength(2)
  expect(published.map(({ message }) => message.JobId)).toEqual([JobId])
})

test('a TIFF is read page by page, and a torn one is refused', async () => {
  const picture = await loadImage(join(FIXTURES, 'packing-list.png'))
  const { width, height } = picture
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.drawImage(picture, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  const grey = Uint8Array.from({ length: width * height }, (_, dot) => data[dot * 4] ?? 0)
  const blank = { width: 800, height: 600, data: new Uint8Array(800 * 600).fill(255) }
  files.set('fax.tif', tiffOf([blank, { width, height, data: grey }]))
  const { JobId } = await call('StartDocumentAnalysis', { ...at('fax.tif'), FeatureTypes })
  await runtime.idle()
  const done = await call('GetDocumentAnalysis', { JobId })
  expect(done).toMatchObject({ JobStatus: 'SUCCEEDED', DocumentMetadata: { Pages: 2 } })
  const blocks = done.Blocks ?? []
  expect(blocks.filter(({ BlockType, Page }) => BlockType === 'LINE' && Page === 1)).toEqual([])
  const { pairs } = readingOf(blocks.filter(({ Page }) => Page === 2))
  expect(pairs.get('Invoice No.')).toBe(STORY.invoiceNumber)

  files.set('torn.tif', tiffOf([blank]).subarray(0, 1000))
  const torn = await call('StartDocumentAnalysis', { ...at('torn.tif'), FeatureTypes })
  await runtime.idle()
  expect(await call('GetDocumentAnalysis', { JobId: torn.JobId })).toMatchObject({ JobStatus: 'FAILED' })
})
