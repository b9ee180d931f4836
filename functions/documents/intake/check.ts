/** A file has arrived: it is recorded, checked by our own rules, and refused when it or its way breaks them. */

import { env } from '../../platform/env'
import { AppError } from '../../platform/errors'
import { count } from '../../platform/telemetry'
import { onShipment } from '../../shipments/store'
import { readObject } from '../client'
import { decideReceive, decideReject, grantFault, type Rejection, rejectionOf } from '../domain/arrival'
import { checksum } from '../domain/checksum'
import { documentOf, isReadAtOnce } from '../domain/intake'
import { fileFault } from '../files/fault'
import { enter, type StepOf, type Subject } from './step'

const IGNORED = { outcome: 'IGNORED' }

/** Before anybody looks inside: a file that brings its check down has still visibly arrived. */
export async function receiveUpload({ context, ids }: Subject, arrival: StepOf<'receiveUpload'>) {
  try {
    const { answer } = await onShipment(context, ids.shipmentId, (state) => {
      const { decision, goesOn } = decideReceive(documentOf(state, ids.documentId, undefined), arrival)
      return { decision, answer: goesOn }
    })
    return answer ? { outcome: 'RECEIVED' } : IGNORED
  } catch (error) {
    // Nobody announced it: only someone who may write to the bucket can have put it there.
    if (error instanceof AppError && error.kind === 'not_found') return IGNORED
    throw error
  }
}

/** Is the file what was announced, and fit to be read? What was checked before is not checked again. */
export async function checkFile(subject: Subject, step: StepOf<'checkFile'>) {
  const entered = await enter(subject, step, 'SCANNING')
  if (!entered) return IGNORED
  const { state, document } = entered
  if (document.status === 'EXTRACTING') return checked(document)
  const bytes = await readObject(step.key, step.versionId)
  const fault = grantFault(document, state.timeline) ?? fileFault(document, bytes, state.documents)
  if (fault) return refuse(subject, step.versionId, fault)
  return checked({ ...document, bytes: bytes.length, sha256: checksum(bytes) })
}

const checked = (document: Parameters<typeof isReadAtOnce>[0]) => ({
  outcome: 'CHECKED',
  awaitsVerdict: document.status === 'SCANNING' && env('MALWARE_SCAN') === 'ON',
  readAtOnce: isReadAtOnce(document),
  sha256: document.sha256,
})

async function refuse({ context, ids }: Subject, versionId: string, rejection: Rejection) {
  await onShipment(context, ids.shipmentId, (state) => ({
    decision: decideReject(documentOf(state, ids.documentId, undefined), versionId, rejection),
    answer: {},
  }))
  return IGNORED
}

/** The operation by which files are counted that nobody could scan: an alarm looks at it. */
const NOT_SCANNED = 'documents-scan'

/** A step has failed for good: the sender is told why. */
export async function rejectDocument(subject: Subject, { versionId, error }: StepOf<'rejectDocument'>) {
  if (error === 'Document.NotScanned') count('Failed', NOT_SCANNED)
  await refuse(subject, versionId, rejectionOf(error))
  return {}
}
