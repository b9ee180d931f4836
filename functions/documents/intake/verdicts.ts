/** The wait for the verdict of GuardDuty's malware scan, and the verdict when it comes. */
import * as z from 'zod'
import { systemContext } from '../../platform/context'
import { answerToken, type Outcome, verdictOn } from '../client'
import { VERDICT_ERRORS, VERDICTS, type Verdict } from '../domain/arrival'
import { parseUploadKey } from '../domain/intake'
import { keepVerdict, loadScanWait, loadVerdict, saveScanWait } from '../store'
import type { StepOf, Subject } from './step'

/** Registers first and looks then, as `onVerdict` does: whichever comes second finds what the other has left. */
export async function awaitVerdict({ ids }: Subject, { key, versionId, token }: StepOf<'awaitVerdict'>) {
  await saveScanWait(ids, ids.documentId, { token, versionId })
  // The tag stands there even when the event was lost: a wait that ran out and is tried again finds it.
  const verdict = (await loadVerdict(ids, ids.documentId, versionId)) ?? (await verdictOn(key, versionId))
  if (verdict) await answerToken(token, outcomeOf(verdict))
  return {}
}

function outcomeOf(verdict: Verdict): Outcome {
  const error = VERDICT_ERRORS[verdict]
  return error ? { error, cause: `The scan for malware says ${verdict}` } : { output: {} }
}

/** The event of a scan's result (user guide, "Monitoring S3 object scans with Amazon EventBridge"). */
export const ScanResult = z.object({
  'detail-type': z.literal('GuardDuty Malware Protection Object Scan Result'),
  id: z.string(),
  detail: z.object({
    s3ObjectDetails: z.object({ objectKey: z.string(), versionId: z.string() }),
    scanResultDetails: z.object({ scanResultStatus: z.enum(VERDICTS) }),
  }),
})
export type ScanResult = z.infer<typeof ScanResult>

/** Comes at least once, early or late, for any version. */
export async function onVerdict({ id, detail: { s3ObjectDetails, scanResultDetails } }: ScanResult): Promise<void> {
  const { objectKey, versionId } = s3ObjectDetails
  const ids = parseUploadKey(objectKey)
  if (!ids) return
  const context = systemContext(ids.tenantId, 'document-intake', id)
  const verdict = await keepVerdict(context, ids.documentId, versionId, scanResultDetails.scanResultStatus)
  const waiting = await loadScanWait(ids, ids.documentId)
  if (waiting?.versionId === versionId) await answerToken(waiting.token, outcomeOf(verdict))
}
