import * as z from 'zod'

/** Every variable that a function can be given; infra sets, per door, only those that its access needs. */
const Env = z.object({
  TABLE_NAME: z.string(),
  DOCUMENTS_BUCKET: z.string(),
  SOP_MACHINES: z
    .string()
    .transform((json) => z.record(z.string(), z.string()).parse(JSON.parse(json)))
    .describe('SOP id → ARN of its state machine'),
  TEXTRACT_TOPIC_ARN: z.string(),
  TEXTRACT_ROLE_ARN: z.string(),
  MALWARE_SCAN: z.enum(['ON', 'OFF']).describe('Whether a scanner looks at uploads and tells of it'),
})

/** Reads one variable; a missing one is a fault of the deployment and says so. */
export const env = <K extends keyof z.input<typeof Env>>(name: K): z.output<typeof Env>[K] =>
  Env.shape[name].parse(process.env[name]) as z.output<typeof Env>[K]

/** What Lambda itself sets: the role's credentials, for signing what the SDK is too heavy for; and endpoints that are not AWS's own. */
export const awsEnvironment = () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  sessionToken: process.env.AWS_SESSION_TOKEN,
  region: process.env.AWS_REGION ?? '',
  s3Endpoint: process.env.AWS_ENDPOINT_URL_S3,
  endpoints: { dynamodb: process.env.AWS_ENDPOINT_URL_DYNAMODB, states: process.env.AWS_ENDPOINT_URL_SFN },
  /** Of the invocation under way, for X-Ray. */
  traceId: process.env._X_AMZN_TRACE_ID,
})
