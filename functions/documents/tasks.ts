/** The steps of the intake machine, and Textract's notice that it has read. */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SNSEvent } from 'aws-lambda'
import * as z from 'zod'
import { DocumentId, ShipmentId, TenantId } from '../../schemas/common'
import type { DocumentRecord } from '../../schemas/document'
import { type Context, systemContext } from '../platform/context'
import { AppError } from '../platform/errors'
import { logger } from '../platform/telemetry'
import { loadShipment, onShipment } from '../shipments/store'
import { answerToken, readingOf, readingStatus, readNow, readObject, startReading } from './client'
import { storeCrops } from './crops'
import { checksum } from './domain/checksum'
import {
  decideExtracted,
  decideReject,
  decideUpload,
  documentOf,
  grantFault,
  isReadAtOnce,
  needsReview,
  parseUploadKey,
  uploadKey,
} from './domain/intake'
import { thresholds } from './domain/quality'
import { type Doubts, doubtsAbout } from './domain/review'
import { keyFields, readDocument } from './extraction/read-document'
import { fileFault } from './files/fault'
import { loadReadingToken, loadTallies, saveExtraction, saveReadingToken } from './store'

const subject = {
  tenantId: TenantId,
  shipmentId: ShipmentId,
  documentId: DocumentId,
}

export const IntakeStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('verifyUpload'), key: z.string(), versionId: z.string() }),
  z.object({ step: z.literal('startReading'), ...subject, versionId: z.string(), token: z.string() }),
  z.object({
    step: z.literal('extractFields'),
    ...subject,
    versionId: z.string(),
    jobId: z.string().nullable().describe('Of the reading; without it the file is read now'),
  }),
  z.object({ step: z.literal('rejectDocument'), ...subject, error: z.string() }),
  z.object({ step: z.literal('rejectUpload'), key: z.string() }),
])
export type IntakeStep = z.infer<typeof IntakeStep>
type StepOf<Name extends IntakeStep['step']> = Extract<IntakeStep, { step: Name }>

/** Is the file what was announced, and fit to be read? */
async function verifyUpload(step: StepOf<'verifyUpload'>, requestId: string) {
  const ids = parseUploadKey(step.key)
  if (!ids) return { outcome: 'IGNORED' }
  const context = systemContext(ids.tenantId, 'document-intake', requestId)
  const bytes = await readObject(step.key, step.versionId)
  try {
    const { answer } = await onShipment(context, ids.shipmentId, (state) => {
      const document = documentOf(state, ids.documentId, undefined)
      const fault = grantFault(document, state.timeline) ?? fileFault(document, bytes, state.documents)
      const upload = { versionId: step.versionId, bytes: bytes.length, sha256: checksum(bytes) }
      const { decision, read } = decideUpload(document, upload, fault)
      const outcome = isReadAtOnce({ ...document, ...upload }) ? 'READ_NOW' : 'READ'
      return { decision, answer: read ? outcome : undefined }
    })
    return answer ? { outcome: answer, ...ids, versionId: step.versionId } : { outcome: 'IGNORED' }
  } catch (error) {
    // Nobody announced it: only someone who may write to the bucket can have put it there.
    if (error instanceof AppError && error.kind === 'not_found') return { outcome: 'IGNORED' }
    throw error
  }
}

async function readPages(step: StepOf<'startReading'>) {
  await saveReadingToken(step, step.documentId, step.token)
  const key = uploadKey(step.tenantId, step.shipmentId, step.documentId)
  const jobId = await startReading(key, step.versionId, step.documentId)
  // A retried step may find a reading whose notice went to the token before this one.
  const status = await readingStatus(jobId)
  if (status && status !== 'IN_PROGRESS') await answerToken(step.token, outcomeOf(jobId, status))
  return {}
}

const outcomeOf = (jobId: string, status: string) =>
  status === 'SUCCEEDED' || status === 'PARTIAL_SUCCESS'
    ? { jobId }
    : { error: 'Document.Unreadable', cause: 'The file could not be read; is it damaged?' }

async function extractFields(context: Context, step: StepOf<'extractFields'>) {
  const { documentId, shipmentId, versionId, jobId } = step
  const state = await loadShipment(context, shipmentId)
  const document = documentOf(state, documentId, undefined)
  if (document.status !== 'EXTRACTING') return {}
  const key = uploadKey(step.tenantId, shipmentId, documentId)
  const extraction = readDocument(jobId === null ? [await readNow(key, versionId)] : await readingOf(jobId))
  await saveExtraction(context, documentId, extraction)
  const found = doubtsAbout(
    extraction,
    keyFields(extraction.classification.kind),
    thresholds(await loadTallies(context)),
  )
  const doubts = needsReview(document, extraction, found)
    ? { ...found, cropped: await cropFor(step, document, found) }
    : found
  await onShipment(context, shipmentId, (current) => ({
    decision: decideExtracted(current, documentOf(current, documentId, undefined), extraction, doubts, context.now),
    answer: {},
  }))
  return {}
}

async function cropFor({ tenantId, versionId }: StepOf<'extractFields'>, document: DocumentRecord, { fields }: Doubts) {
  const { shipmentId, documentId, contentType } = document
  const bytes = await readObject(uploadKey(tenantId, shipmentId, documentId), versionId)
  return storeCrops({ tenantId, shipmentId, documentId, contentType, bytes }, fields)
}

async function rejectDocument(context: Context, step: StepOf<'rejectDocument'>) {
  const unreadable = step.error === 'Document.Unreadable'
  const rejection = unreadable
    ? { code: 'document.unreadable', reason: 'The file could not be read; send it again, undamaged' }
    : { code: 'document.not_read', reason: 'Reading the file failed on our side; send it again' }
  await onShipment(context, step.shipmentId, (state) => ({
    decision: decideReject(documentOf(state, step.documentId, undefined), rejection),
    answer: {},
  }))
  return {}
}

/** What can't even be looked at: the check has failed again and again. */
async function rejectUpload({ key }: StepOf<'rejectUpload'>, requestId: string) {
  const ids = parseUploadKey(key)
  if (!ids) return {}
  const rejection = {
    code: 'document.not_checked',
    reason: 'The file could not be checked; save it anew and send it again',
  }
  await onShipment(systemContext(ids.tenantId, 'document-intake', requestId), ids.shipmentId, (state) => ({
    decision: decideReject(documentOf(state, ids.documentId, undefined), rejection),
    answer: {},
  }))
  return {}
}

/** Textract's completion message (developer guide, "Amazon Textract results notification"). */
const Notice = z.object({
  JobId: z.string(),
  Status: z.string(),
  DocumentLocation: z.object({ S3ObjectName: z.string() }),
})

async function onNotice(message: string): Promise<void> {
  const notice = Notice.parse(JSON.parse(message))
  const ids = parseUploadKey(notice.DocumentLocation.S3ObjectName)
  const token = ids && (await loadReadingToken(ids, ids.documentId))
  if (token) await answerToken(token, outcomeOf(notice.JobId, notice.Status))
}

async function takeStep(step: IntakeStep, requestId: string): Promise<object> {
  if (step.step === 'verifyUpload') return verifyUpload(step, requestId)
  if (step.step === 'rejectUpload') return rejectUpload(step, requestId)
  const context = systemContext(step.tenantId, 'document-intake', requestId)
  logger.appendKeys({ tenantId: step.tenantId, shipmentId: step.shipmentId, documentId: step.documentId })
  if (step.step === 'startReading') return readPages(step)
  return step.step === 'extractFields' ? extractFields(context, step) : rejectDocument(context, step)
}

const isNotice = (event: unknown): event is SNSEvent =>
  z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) }).safeParse(event).success

export const handler = middy()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(async (event: unknown, { awsRequestId }): Promise<object> => {
    if (!isNotice(event)) return takeStep(IntakeStep.parse(event), awsRequestId)
    for (const record of event.Records) await onNotice(record.Sns.Message)
    return {}
  })
