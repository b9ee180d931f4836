/** Reading by Textract and what follows from it: fields, doubts, and the document accepted or put before a person. */
import * as z from 'zod'
import type { DocumentRecord } from '../../../schemas/document'
import { onShipment } from '../../shipments/store'
import {
  answerToken,
  type Outcome,
  readingOf,
  readingStatus,
  readNow,
  readObject,
  startReading as startJob,
} from '../client'
import { storeCrops } from '../crops'
import { decideExtracted, documentOf, needsReview, parseUploadKey } from '../domain/intake'
import { thresholds } from '../domain/quality'
import { type Doubts, doubtsAbout } from '../domain/review'
import { keyFields, readDocument } from '../extraction/read-document'
import { loadReadingToken, loadTallies, saveExtraction, saveReadingToken } from '../store'
import { enter, type StepOf, type Subject } from './step'

const foundBy = ({ sha256, scan }: StepOf<'startReading' | 'extractFields'>) => ({ sha256, scan })

export async function startReading(subject: Subject, step: StepOf<'startReading'>) {
  const { key, versionId, token } = step
  const { ids } = subject
  if (!(await enter(subject, step, 'EXTRACTING', foundBy(step)))) {
    // There is nothing to wait for; the next step finds the same.
    await answerToken(token, { output: {} })
    return {}
  }
  await saveReadingToken(ids, ids.documentId, token)
  const jobId = await startJob(key, versionId, ids.documentId)
  // A retried step may find a reading whose notice went to the token before this one.
  const status = await readingStatus(jobId)
  if (status && status !== 'IN_PROGRESS') await answerToken(token, outcomeOf(jobId, status))
  return {}
}

const outcomeOf = (jobId: string, status: string): Outcome =>
  status === 'SUCCEEDED' || status === 'PARTIAL_SUCCESS'
    ? { output: { jobId } }
    : { error: 'Document.Unreadable', cause: 'The file could not be read; is it damaged?' }

export async function extractFields(subject: Subject, step: StepOf<'extractFields'>) {
  const entered = await enter(subject, step, 'EXTRACTING', foundBy(step))
  if (!entered) return {}
  const { context, ids } = subject
  const { key, versionId, jobId } = step
  const extraction = readDocument(jobId === null ? [await readNow(key, versionId)] : await readingOf(jobId))
  await saveExtraction(context, ids.documentId, extraction)
  const found = doubtsAbout(
    extraction,
    keyFields(extraction.classification.kind),
    thresholds(await loadTallies(context)),
  )
  const doubts = needsReview(entered.document, extraction, found)
    ? { ...found, cropped: await cropFor(ids.tenantId, step, entered.document, found) }
    : found
  await onShipment(context, ids.shipmentId, (state) => ({
    decision: decideExtracted(state, documentOf(state, ids.documentId, undefined), extraction, doubts, context.now),
    answer: {},
  }))
  return {}
}

async function cropFor(
  tenantId: string,
  { key, versionId }: StepOf<'extractFields'>,
  { shipmentId, documentId, contentType }: DocumentRecord,
  { fields }: Doubts,
) {
  const bytes = await readObject(key, versionId)
  return storeCrops({ tenantId, shipmentId, documentId, contentType, bytes }, fields)
}

/** Textract's completion message (developer guide, "Amazon Textract results notification"). */
const Notice = z.object({
  JobId: z.string(),
  Status: z.string(),
  DocumentLocation: z.object({ S3ObjectName: z.string() }),
})

export async function onNotice(message: string): Promise<void> {
  const notice = Notice.parse(JSON.parse(message))
  const ids = parseUploadKey(notice.DocumentLocation.S3ObjectName)
  const token = ids && (await loadReadingToken(ids, ids.documentId))
  if (token) await answerToken(token, outcomeOf(notice.JobId, notice.Status))
}
