/** An SOP tried in virtual time. */
import * as z from 'zod'
import { DocumentType } from './codes'
import { Instant } from './common'
import { InternalRole } from './role'
import { StepKey } from './sop'
import { FlightHistory, SopFlight } from './sop-flight'

const Hours = z
  .number()
  .min(0)
  .max(24 * 365)

const isPlain = ({ runs, durations, ...scenario }: object & { runs: number; durations: string }) =>
  runs === 1 && durations === 'ASSUMED' && Object.values(scenario).every((it) => !Array.isArray(it) || it.length === 0)

/** Without members: one run in which everything comes in time. */
export const SimulateSop = z
  .strictObject({
    startsAt: Instant.optional().describe('When the shipment is ordered; now when absent. It departs 20 days later'),
    runs: z.int().min(1).max(1000).default(1).describe('More than one: step durations vary'),
    seed: z.int().min(0).max(0xffff_ffff).default(1).describe('The same seed, the same runs'),
    delays: z
      .array(z.strictObject({ key: StepKey, hours: Hours }))
      .max(50)
      .default([])
      .describe('Steps that are settled so much later than they would be'),
    missingDocuments: z.array(DocumentType).max(19).default([]).describe('Never arrive'),
    rejectedTasks: z
      .array(StepKey)
      .max(50)
      .default([])
      .describe('Are rejected; a task that can not be is skipped with a reason, as its lead would'),
    durations: z
      .enum(['ASSUMED', 'OBSERVED'])
      .default('ASSUMED')
      .describe('OBSERVED: as the last replay of histories under this SOP found them; assumed for other steps'),
    history: FlightHistory.optional(),
    customsHold: Hours.optional().describe('Hours by which customs hold the shipment before clearing it'),
  })
  .refine(({ history, ...scenario }) => history === undefined || isPlain(scenario), {
    message: 'a replay of histories takes no scenario beside it',
    path: ['history'],
  })
  .meta({ id: 'SimulateSop' })
export type SimulateSop = z.infer<typeof SimulateSop>

const Spread = z.object({ p50: z.number(), p90: z.number() })

export const SopSimulation = z
  .object({
    kind: z.literal('SCENARIO'),
    seed: z.int(),
    runs: z.int(),
    completed: z.int().describe('Runs in which the shipment was completed'),
    failed: z
      .array(z.object({ error: z.string(), cause: z.string(), runs: z.int() }))
      .describe('Why executions failed, the most frequent first; an expression over its bounds among them'),
    cycleHours: Spread.describe('From the order to the end, of completed runs'),
    transitions: Spread.describe('State transitions of a run, as Step Functions bills them'),
    cost: Spread.describe('Of the state transitions of a run, US dollars'),
    blocked: z
      .array(z.object({ key: StepKey, runs: z.int() }))
      .describe('Steps that still waited after a year, and in how many runs'),
    exceptions: z.array(z.object({ key: StepKey, severity: z.string(), owner: InternalRole, runs: z.int() })),
    work: z.array(
      z.object({
        role: InternalRole,
        tasks: z.number().describe('A run, on average'),
        hours: z
          .array(z.object({ hour: z.int(), tasks: z.number() }))
          .describe('Tasks that arise in each hour since the order, a run on average'),
      }),
    ),
    durations: z
      .array(z.object({ key: StepKey, used: z.enum(['ASSUMED', 'OBSERVED']), observations: z.int() }))
      .describe('Where the duration of each step that was waited for came from'),
    neverVisited: z.array(z.string()).describe('States that no run entered'),
    path: z
      .array(z.object({ state: z.string(), at: z.string() }))
      .describe('States of the first run in the order in which they were entered'),
    waits: z
      .array(
        z.object({
          key: StepKey,
          since: z.string(),
          deadline: z.string().optional(),
          dueAt: z.string().optional().describe('Of its task'),
          settledAt: z.string().optional().describe('Absent when it never was'),
        }),
      )
      .describe('Waits of the first run'),
  })
  .meta({ id: 'SopSimulation' })
export type SopSimulation = z.infer<typeof SopSimulation>

export const SopSimulationAnswer = z.discriminatedUnion('kind', [SopSimulation, SopFlight])

export const ObservedDurations = z
  .object({
    simulationId: z.string().optional().describe('The replay that they were observed in'),
    observedAt: z.string().optional(),
    shipments: z.int(),
    steps: z.array(z.object({ key: z.string(), observations: z.int(), hours: Spread })),
  })
  .meta({ id: 'ObservedDurations' })
export type ObservedDurations = z.infer<typeof ObservedDurations>
