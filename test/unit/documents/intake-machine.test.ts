/** The intake machine in virtual time: which way a file goes, how often a throttled step is tried, and that nothing ends unanswered. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../../engine/json'
import { IntakeStep } from '../../../functions/documents/tasks'
import { drive, TaskError } from '../engine/drive'

const MACHINE: JsonObject = JSON.parse(
  readFileSync(join(__dirname, '../../../state-machines/document-intake.asl.json'), 'utf8'),
)
const IDS = {
  tenantId: 'harbour',
  shipmentId: `shp_${'0'.repeat(26)}`,
  documentId: `doc_${'0'.repeat(26)}`,
  versionId: 'v1',
}
const KEY = `uploads/${IDS.tenantId}/${IDS.shipmentId}/${IDS.documentId}`
const ARRIVED = { detail: { object: { key: KEY, 'version-id': 'v1' } } }

type Steps = Partial<Record<IntakeStep['step'], (payload: IntakeStep, effect: { at: number }) => Json | undefined>>

/** Every payload is one that the function takes. */
async function run(steps: Steps) {
  const taken: IntakeStep[] = []
  const result = await drive(MACHINE, ARRIVED, {
    answer: (args) => {
      const { Payload } = args as { Payload: JsonObject }
      const step = IntakeStep.parse(Payload)
      taken.push(step)
      const answer = steps[step.step]?.(step, { at: taken.length }) ?? {}
      return step.step === 'startReading' ? answer : { Payload: answer }
    },
  })
  return { ...result, taken, steps: taken.map(({ step }) => step) }
}

const fails = (error: string) => () => {
  throw new TaskError(error)
}
const found = (outcome: string) => () => ({ outcome, ...IDS })

it('reads a picture at once, without waiting for a job', async () => {
  const { status, taken } = await run({ verifyUpload: found('READ_NOW') })
  expect(status).toBe('SUCCEEDED')
  expect(taken).toEqual([
    { step: 'verifyUpload', key: KEY, versionId: 'v1' },
    { step: 'extractFields', ...IDS, jobId: null },
  ])
})

it('waits for the job that reads a file of pages, and extracts by its id', async () => {
  const { status, taken } = await run({ verifyUpload: found('READ'), startReading: () => ({ jobId: 'j1' }) })
  expect(status).toBe('SUCCEEDED')
  expect(taken.at(-1)).toEqual({ step: 'extractFields', ...IDS, jobId: 'j1' })
})

it('ends with what is not to be read', async () => {
  const { status, steps } = await run({ verifyUpload: () => ({ outcome: 'IGNORED' }) })
  expect([status, steps]).toEqual(['SUCCEEDED', ['verifyUpload']])
})

it.each([
  ['READ', 'startReading', 'ProvisionedThroughputExceededException'],
  ['READ', 'startReading', 'LimitExceededException'],
  ['READ_NOW', 'extractFields', 'ThrottlingException'],
] as const)('tries again, with growing pauses, what Textract throttles: %s %s %s', async (outcome, step, error) => {
  let tries = 0
  const { status, took, steps } = await run({
    verifyUpload: found(outcome),
    [step]: () => {
      tries += 1
      if (tries < 7) throw new TaskError(error)
      return step === 'startReading' ? { jobId: 'j1' } : {}
    },
  })
  expect([status, tries]).toEqual(['SUCCEEDED', 7])
  expect(steps).not.toContain('rejectDocument')
  // Full jitter: somewhere below the sum of the pauses.
  expect(took).toBeGreaterThan(1000)
  expect(took).toBeLessThan(10 * 60_000)
})

it.each([
  ['READ', 'startReading'],
  ['READ_NOW', 'extractFields'],
] as const)('refuses at once what Textract can not read: %s', async (outcome, step) => {
  const { status, taken, steps } = await run({ verifyUpload: found(outcome), [step]: fails('Document.Unreadable') })
  expect([status, steps]).toEqual(['SUCCEEDED', ['verifyUpload', step, 'rejectDocument']])
  expect(taken.at(-1)).toMatchObject({ step: 'rejectDocument', error: 'Document.Unreadable' })
})

it('answers the sender of a file that brings its check down again and again', async () => {
  const { status, steps, taken } = await run({ verifyUpload: fails('Runtime.ExitError') })
  expect(status).toBe('SUCCEEDED')
  expect(steps).toEqual([...Array(6).fill('verifyUpload'), 'rejectUpload'])
  expect(taken.at(-1)).toEqual({ step: 'rejectUpload', key: KEY })
})

it('answers the sender when reading hangs, or fails for good', async () => {
  const hung = await run({ verifyUpload: found('READ'), startReading: fails('States.Timeout') })
  expect(hung.steps.at(-1)).toBe('rejectDocument')
  const broken = await run({ verifyUpload: found('READ_NOW'), extractFields: fails('Error') })
  expect(broken.steps).toEqual(['verifyUpload', ...Array(9).fill('extractFields'), 'rejectDocument'])
})
