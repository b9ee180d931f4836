/** What the intake machine asks for, and the document that a step is about. */
import * as z from 'zod'
import { DocumentRecord } from '../../../schemas/document'
import type { Context } from '../../platform/context'
import { retried } from '../../platform/table'
import { loadShipment, type ShipmentState, stepDocument } from '../../shipments/store'
import { advanced, type Found, isUnderWay } from '../domain/arrival'
import { documentOf, type UploadIds } from '../domain/intake'

const subject = {
  key: z.string().describe('Of the object that arrived'),
  versionId: z.string(),
}
/** What the steps before have found out. */
const found = {
  sha256: z.string(),
  scan: DocumentRecord.shape.scan.unwrap(),
}

export const IntakeStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('receiveUpload'), ...subject, bytes: z.int() }),
  z.object({ step: z.literal('checkFile'), ...subject }),
  z.object({ step: z.literal('awaitVerdict'), ...subject, token: z.string() }),
  z.object({ step: z.literal('startReading'), ...subject, ...found, token: z.string() }),
  z.object({
    step: z.literal('extractFields'),
    ...subject,
    ...found,
    jobId: z.string().nullable().describe('Of the reading; without it the file is read now'),
  }),
  z.object({ step: z.literal('rejectDocument'), ...subject, error: z.string() }),
])
export type IntakeStep = z.infer<typeof IntakeStep>
export type StepOf<Name extends IntakeStep['step']> = Extract<IntakeStep, { step: Name }>

/** Who a step is taken for: its key, parsed. */
export interface Subject {
  context: Context
  ids: UploadIds
}

export interface Entered {
  state: ShipmentState
  document: DocumentRecord
}

/**
 * Takes the document to the status that a step works in. Undefined where intake is over, or the file is not the one that
 * the document stands for: then there is nothing to do.
 */
export const enter = (
  { context, ids }: Subject,
  { versionId }: { versionId: string },
  status: 'SCANNING' | 'EXTRACTING',
  known: Found = {},
): Promise<Entered | undefined> =>
  retried(async () => {
    const state = await loadShipment(context, ids.shipmentId)
    const document = documentOf(state, ids.documentId, undefined)
    if (!isUnderWay(document, versionId)) return undefined
    const next = advanced(document, status, known)
    if (next) await stepDocument(context, document, next)
    return { state, document: next ?? document }
  })
