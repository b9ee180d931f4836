/** EventBridge Scheduler and scheduled rules, on the runtime's clock: what fell due while the runtime was down fires once. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { createDeliveries, DeadLetterConfig, type DeliveryPeers, RetryPolicy } from './deliveries'
import type { EventBridge, ScheduledRule } from './event-bridge'
import { rendered } from './input-template'
import { Ignored, parseProperties } from './properties'
import { parseSchedule } from './schedule-expression'
import type { Resource, Runtime } from './service'
import { createWorker, type Pending, query, transact } from './sql'

const Target = z.strictObject({
  Arn: z.string(),
  RoleArn: z.string(),
  Input: z.string().optional(),
  RetryPolicy: RetryPolicy.optional(),
  DeadLetterConfig: DeadLetterConfig.optional(),
  EventBridgeParameters: z.strictObject({ DetailType: z.string(), Source: z.string() }).optional(),
})
type Target = z.output<typeof Target>

const ScheduleProperties = z.strictObject({
  Name: z.string().optional(),
  GroupName: z.string().optional(),
  Description: Ignored,
  KmsKeyArn: Ignored,
  /** A window only allows a delay; this runtime is on time. */
  FlexibleTimeWindow: Ignored,
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  StartDate: z.iso.datetime({ offset: true }).optional(),
  EndDate: z.iso.datetime({ offset: true }).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target,
})

/** Something that fires by time. */
interface Job {
  arn: string
  /** What it follows: a job whose plan has changed begins anew. */
  plan: string
  /** When it fires first, if it is new at `now`. */
  first(now: number): number | undefined
  next(time: number, anchor: number): number | undefined
  /** Stores the deliveries, in the transaction that is open. */
  fire(time: number): void
}

interface Row {
  plan: string
  anchor: number
  /** Null when it will not fire again. */
  nextAt: number | null
}

export interface SchedulerPeers extends Omit<DeliveryPeers, 'forward'> {
  events: Pick<EventBridge, 'put' | 'scheduledRules'>
}

export interface Scheduler {
  boot(): void
  close(): void
  /** active: deliveries under way; waiting: retries. Times to come are not work. */
  pending(): Pending
}

/** The AWS::Scheduler::Schedule resources of the template, and the rules that have a schedule. */
export function createScheduler(runtime: Runtime, resources: Resource[], peers: SchedulerPeers): Scheduler {
  const db = runtime.state
  db.exec(
    'CREATE TABLE IF NOT EXISTS schedules (arn TEXT PRIMARY KEY, plan TEXT NOT NULL, anchor INTEGER NOT NULL, nextAt INTEGER)',
  )
  const sql = {
    find: query<Row>(db, 'SELECT plan, anchor, nextAt FROM schedules WHERE arn = ?'),
    save: query(db, 'INSERT OR REPLACE INTO schedules (arn, plan, anchor, nextAt) VALUES (?, ?, ?, ?)'),
  }
  const deliveries = createDeliveries(runtime, 'scheduler', peers)
  const rules = peers.events.scheduledRules.map(jobOfRule)
  const jobs = [...resources.map(jobOfSchedule).filter((job) => job !== undefined), ...rules]
  const worker = createWorker(runtime, 'scheduler', turn)

  function jobOfSchedule(resource: Resource): Job | undefined {
    const properties = parseProperties(ScheduleProperties, resource)
    if (properties.State === 'DISABLED') return undefined
    const { Target: target, ScheduleExpression: expression, ScheduleExpressionTimezone: zone } = properties
    checkTarget(resource, target)
    const schedule = parseSchedule(expression, zone)
    const start = properties.StartDate === undefined ? undefined : Date.parse(properties.StartDate)
    const end = properties.EndDate === undefined ? Number.POSITIVE_INFINITY : Date.parse(properties.EndDate)
    const until = (time: number | undefined) => (time !== undefined && time <= end ? time : undefined)
    return {
      arn: resource.arn,
      plan: JSON.stringify([expression, zone, properties.StartDate, properties.EndDate]),
      // A rate without a start fires at once.
      first: (now) =>
        until(
          expression.startsWith('rate')
            ? Math.max(start ?? now, now)
            : schedule.next(Math.max(now, (start ?? 0) - 1), now),
        ),
      next: (time, anchor) => until(schedule.next(time, start ?? anchor)),
      fire: (time) => fire(resource.arn, target, time),
    }
  }

  function fire(arn: string, target: Target, time: number): void {
    const id = randomUUID()
    const input = target.Input === undefined ? defaultInput(arn, time, id) : fillIn(target.Input, arn, time, id)
    if (target.EventBridgeParameters) {
      runtime.authorize({ roleArn: target.RoleArn }, 'events:PutEvents', target.Arn)
      const { Source: source, DetailType: detailType } = target.EventBridgeParameters
      peers.events.put(target.Arn, { source, detailType, detail: rendered(input) })
      return
    }
    const { Arn, RoleArn: roleArn, DeadLetterConfig: dead, RetryPolicy: retry } = target
    deliveries.add({ arn: Arn, roleArn, deadLetterArn: dead?.Arn, retry }, input, arn)
  }

  function defaultInput(arn: string, time: number, id: string): string {
    return JSON.stringify({
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: runtime.accountId,
      time: wholeSeconds(time),
      region: runtime.region,
      resources: [arn],
      detail: '{}',
    })
  }

  /** Fires all that is due, once each, and sets when each fires next: one transaction a job. */
  function turn(): void {
    const now = runtime.clock.now()
    for (const job of jobs) {
      const row = sql.find.get(job.arn)
      if (row?.nextAt === null || row === undefined) continue
      if (row.nextAt <= now) row.nextAt = run(job, row, row.nextAt, now)
      if (row.nextAt !== null) worker.wakeAt(row.nextAt)
    }
  }

  function run(job: Job, row: Row, time: number, now: number): number | null {
    const next = job.next(now, row.anchor) ?? null
    transact(db, () => {
      try {
        transact(db, () => job.fire(time))
      } catch (error) {
        runtime.log('error', 'a schedule could not fire', { schedule: job.arn, error: String(error) })
      }
      sql.save.run(job.arn, row.plan, row.anchor, next)
    })
    return next
  }

  return {
    boot() {
      const now = runtime.clock.now()
      transact(db, () => {
        for (const job of jobs) {
          if (sql.find.get(job.arn)?.plan === job.plan) continue
          const first = job.first(now) ?? null
          sql.save.run(job.arn, job.plan, first ?? now, first)
        }
      })
      deliveries.boot()
      worker.wake()
    },
    close() {
      worker.close()
      deliveries.close()
    },
    pending: deliveries.pending,
  }
}

function jobOfRule({ arn, expression, fire }: ScheduledRule): Job {
  const schedule = parseSchedule(expression)
  return { arn, plan: expression, first: (now) => schedule.next(now, now), next: schedule.next, fire }
}

function checkTarget(resource: Resource, target: Target): void {
  const [, , service = ''] = target.Arn.split(':')
  const known = target.EventBridgeParameters
    ? service === 'events'
    : ['lambda', 'states', 'sqs', 'sns'].includes(service)
  if (!known) throw new Error(`${resource.logicalId} (${resource.type}): target ${target.Arn} is not supported`)
}

/** The context attributes that an input may name. */
function fillIn(input: string, arn: string, time: number, id: string): string {
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', wholeSeconds(time))
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', '1')
}

const wholeSeconds = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`
