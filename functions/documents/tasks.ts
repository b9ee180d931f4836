/** The steps of the intake machine, and Textract's notice that it has read. */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SNSEvent } from 'aws-lambda'
import * as z from 'zod'
import { DocumentId, ShipmentId, TenantId } from '../../schemas/common'
import { type Context, systemContext } from '../platform/context'
import { AppError } from '../platform/errors'
import { logger } from '../platform/telemetry'
import { loadShipment, onShipment } from '../shipments/store'
import { answerToken, readingOf, readingStatus, readObject, startReading } from './client'
import { checksum } from './domain/checksum'
import {
  decideExtracted,
  decideReject,
  decideUpload,
  documentOf,
  grantFault,
  parseUploadKey,
  uploadKey,
} from './domain/intake'
import { thresholds } from './domain/quality'
import { doubtsAbout } from './domain/review'
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
  z.object({ step: z.literal('extractFields'), ...subject, jobId: z.string() }),
  z.object({ step: z.literal('rejectDocument'), ...subject, error: z.string() }),
])
type StepOf<Name extends z.infer<typeof IntakeStep>['step']> = Extract<z.infer<typeof IntakeStep>, { step: Name }>

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
      return { decision, answer: read }
    })
    return answer ? { outcome: 'READ', ...ids, versionId: step.versionId } : { outcome: 'IGNORED' }
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
  const state = await loadShipment(context, step.shipmentId)
  if (documentOf(state, step.documentId, undefined).status !== 'EXTRACTING') return {}
  const extraction = readDocument(await readingOf(step.jobId))
  await saveExtraction(context, step.documentId, extraction)
  const doubts = doubtsAbout(
    extraction,
    keyFields(extraction.classification.kind),
    thresholds(await loadTallies(context)),
  )
  await onShipment(context, step.shipmentId, (current) => {
    const document = documentOf(current, step.documentId, undefined)
    return { decision: decideExtracted(current, document, extraction, doubts, context.now), answer: {} }
  })
  return {}
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

async function takeStep(step: z.infer<typeof IntakeStep>, requestId: string): Promise<object> {
  if (step.step === 'verifyUpload') return verifyUpload(step, requestId)
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
