/** The events door of a domain: SQS batches of bus events, each applied or handed back alone. */
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import { BusEvent, TIMELINE, type TimelineData, type TimelineType } from '../../schemas/timeline'
import { type Context, systemContext } from './context'
import { count, logger } from './telemetry'

const Envelope = z.object({ detail: BusEvent })

/** An event with its data parsed by the schema of its type. */
export type Delivered<T extends TimelineType> = {
  [K in T]: Omit<BusEvent, 'type' | 'data'> & { type: K; data: TimelineData<K> }
}[T]

/** Applies one event; throws to have it redelivered. Called at least once for each event, in no order. */
export type Reaction<T extends TimelineType> = (context: Context, event: Delivered<T>) => Promise<void>

/** A reaction for each type of entry that the domain subscribes to. */
export type Reactions<T extends TimelineType> = { [K in T]: Reaction<K> }

const isTimelineType = (type: string): type is TimelineType => Object.hasOwn(TIMELINE, type)

async function apply<T extends TimelineType>(consumer: string, reactions: Reactions<T>, record: SQSRecord) {
  const { detail } = Envelope.parse(JSON.parse(record.body))
  if (!isTimelineType(detail.type)) throw new Error(`Unknown event type ${detail.type}`)
  const data = TIMELINE[detail.type].data.parse(JSON.parse(Buffer.from(detail.data, 'base64').toString()))
  const reaction: unknown = Reflect.get(reactions, detail.type)
  if (typeof reaction !== 'function') throw new Error(`${consumer} does not consume ${detail.type}`)
  logger.appendKeys({ tenantId: detail.tenantId, subjectId: detail.subjectId, eventId: detail.eventId })
  await reaction(systemContext(detail.tenantId, consumer, detail.eventId), { ...detail, data })
}

/** Partial batch response: only the records that failed come back. */
export const createConsumer = <T extends TimelineType>(consumer: string, reactions: Reactions<T>) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: SQSEvent): Promise<SQSBatchResponse> => {
      const batchItemFailures: SQSBatchResponse['batchItemFailures'] = []
      for (const record of event.Records) {
        try {
          await apply(consumer, reactions, record)
          count('Applied', consumer)
        } catch (error) {
          count('Failed', consumer)
          logger.error('Event not applied', { error: error instanceof Error ? error : new Error(String(error)) })
          batchItemFailures.push({ itemIdentifier: record.messageId })
        }
      }
      return { batchItemFailures }
    })
