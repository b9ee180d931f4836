/** What differs from stage to stage. */
export interface StageConfig {
  name: string
  /** Prefix of physical names; one per stage, so that stages can share an account. */
  prefix: string
  logRetentionDays: 7 | 30 | 90
  /** Requests per second, and the burst above them, that the API takes before it answers 429. */
  throttle: { rate: number; burst: number }
  /** Batches that one queue has processed at the same time. */
  eventConcurrency: number
  /** Origins of pages that upload documents with a presigned form. Empty: no browser may. */
  uploadOrigins: readonly string[]
  /** Where people come back to after sign-in. */
  signInCallbacks: readonly string[]
  /** Client-credentials clients; each needs a tenant and roles in the table (docs/runbook.md). */
  machineClients: readonly string[]
  /** Uploads are scanned for malware by GuardDuty before they are read; not offered in every region. */
  malwareScan: boolean
  /** Receives the alarms. */
  alarmEmail?: string
}

const development: StageConfig = {
  name: 'dev',
  prefix: 'portolan-dev',
  logRetentionDays: 7,
  throttle: { rate: 200, burst: 400 },
  eventConcurrency: 5,
  uploadOrigins: ['http://127.0.0.1:8700'],
  signInCallbacks: ['http://127.0.0.1:8700/signed-in'],
  machineClients: ['integration'],
  malwareScan: true,
}

export const STAGES = {
  dev: development,
  test: { ...development, name: 'test', prefix: 'portolan-test', logRetentionDays: 30 },
  prod: {
    ...development,
    name: 'prod',
    prefix: 'portolan-prod',
    logRetentionDays: 90,
    throttle: { rate: 1000, burst: 2000 },
    eventConcurrency: 20,
    uploadOrigins: [],
    signInCallbacks: ['https://portolan.example/signed-in'],
  },
} as const satisfies Record<string, StageConfig>
