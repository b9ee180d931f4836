/** The door of the intake machine, and of what it waits for: the verdict on a file, and Textract's notice that it has read. */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import * as z from 'zod'
import { systemContext } from '../platform/context'
import { logger } from '../platform/telemetry'
import { parseUploadKey } from './domain/intake'
import { checkFile, receiveUpload, rejectDocument } from './intake/check'
import { extractFields, onNotice, startReading } from './intake/reading'
import { IntakeStep, type Subject } from './intake/step'
import { awaitVerdict, onVerdict, ScanResult } from './intake/verdicts'

async function takeStep(step: IntakeStep, requestId: string): Promise<object> {
  const ids = parseUploadKey(step.key)
  if (!ids) return { outcome: 'IGNORED' }
  const subject: Subject = { ids, context: systemContext(ids.tenantId, 'document-intake', requestId) }
  logger.appendKeys({ ...ids })
  switch (step.step) {
    case 'receiveUpload':
      return receiveUpload(subject, step)
    case 'checkFile':
      return checkFile(subject, step)
    case 'awaitVerdict':
      return awaitVerdict(subject, step)
    case 'startReading':
      return startReading(subject, step)
    case 'extractFields':
      return extractFields(subject, step)
    case 'rejectDocument':
      return rejectDocument(subject, step)
  }
}

const Notices = z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) })

export const handler = middy()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(async (event: unknown, { awsRequestId }): Promise<object> => {
    const notices = Notices.safeParse(event)
    for (const { Sns } of notices.data?.Records ?? []) await onNotice(Sns.Message)
    if (notices.success) return {}
    const verdict = ScanResult.safeParse(event)
    if (!verdict.success) return takeStep(IntakeStep.parse(event), awsRequestId)
    await onVerdict(verdict.data)
    return {}
  })
