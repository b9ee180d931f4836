/** The requests of Textract's operations, as far as they are served here, and their limits. */
import * as z from 'zod'
import { AwsError } from '../service'
import type { Feature, ReadRequest } from './read'

const S3Object = z.object({ Bucket: z.string().min(3), Name: z.string().min(1), Version: z.string().min(1).optional() })

const FEATURES = ['TABLES', 'FORMS', 'QUERIES', 'SIGNATURES', 'LAYOUT'] as const satisfies readonly Feature[]

const Query = z.object({
  Text: z.string().min(1).max(200),
  Alias: z.string().min(1).max(200).optional(),
  Pages: z
    .array(z.string().regex(/^[0-9*]+(-[0-9*]+)?$/))
    .min(1)
    .optional(),
})

const Document = z
  .object({ Bytes: z.string().min(1).optional(), S3Object: S3Object.optional() })
  .refine((document) => (document.Bytes === undefined) !== (document.S3Object === undefined))

const Analysis = z.object({
  FeatureTypes: z.array(z.enum(FEATURES)).min(1),
  QueriesConfig: z.object({ Queries: z.array(Query).min(1) }).optional(),
})

export const DetectRequest = z.object({ Document })
export const AnalyzeRequest = Analysis.extend({ Document })

const Start = z.object({
  DocumentLocation: z.object({ S3Object }),
  ClientRequestToken: z
    .string()
    .regex(/^[a-zA-Z0-9-_]{1,64}$/)
    .optional(),
  JobTag: z
    .string()
    .regex(/^[a-zA-Z0-9_.\-:]{1,64}$/)
    .optional(),
  NotificationChannel: z.object({ SNSTopicArn: z.string().min(20), RoleArn: z.string().min(20) }).optional(),
})
export const StartRequest = Start
export const StartAnalysisRequest = Start.extend(Analysis.shape)
const AnyStart = Start.extend(Analysis.partial().shape)
export type AnyStart = z.infer<typeof AnyStart>
/** What is kept of a started job, and for whom it reads. */
export const KeptJob = AnyStart.extend({ principal: z.object({ roleArn: z.string() }) })
export type KeptJob = z.infer<typeof KeptJob>

export const GetRequest = z.object({
  JobId: z.string().min(1).max(64),
  MaxResults: z.number().int().min(1).optional(),
  NextToken: z.string().min(1).max(255).optional(),
})

/** Bytes; the service's hard limits. */
export const SYNC_BYTES = 10 * 1024 * 1024
export const ASYNC_BYTES = 500 * 1024 * 1024
const QUERIES_A_PAGE = { sync: 15, async: 30 }

export const invalidParameter = (): AwsError =>
  new AwsError('InvalidParameterException', 'Request has invalid parameters')

export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw invalidParameter()
  return parsed.data
}

/** QUERIES and its configuration come together or not at all. */
export function readRequest(analysis: z.infer<typeof Analysis>, mode: 'sync' | 'async'): ReadRequest {
  const queries = analysis.QueriesConfig?.Queries
  if (analysis.FeatureTypes.includes('QUERIES') !== (queries !== undefined)) throw invalidParameter()
  if (queries && queries.length > QUERIES_A_PAGE[mode]) throw invalidParameter()
  return {
    features: [...new Set(analysis.FeatureTypes)],
    queries: (queries ?? []).map(({ Text, Alias, Pages }) => ({
      Text,
      ...(Alias ? { Alias } : {}),
      ...(Pages ? { Pages } : {}),
    })),
  }
}
