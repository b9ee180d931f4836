/** The intake machine in virtual time: which way a file goes, how often a throttled step is tried, and that nothing ends unanswered. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../../engine/json'
import { IntakeStep } from '../../../functions/documents/intake/step'
import { drive, TaskError } from '../engine/drive'

const MACHINE: JsonObject = JSON.parse(
  readFileSync(join(__dirname, '../../../state-machines/document-intake.asl.json'), 'utf8'),
)
const KEY = `uploads/harbour/shp_${'0'.repeat(26)}/doc_${'0'.repeat(26)}`
const FILE = { key: KEY, versionId: 'v1' }
const ARRIVED = { detail: { object: { key: KEY, 'version-id': 'v1', size: 42 } } }
const CLEAN = { sha256: 'hash', scan: 'NO_THREATS_FOUND' }
const HOUR = 3_600_000

type Steps = Partial<Record<IntakeStep['step'], (payload: IntakeStep, tries: number) => Json | undefined>>

const checked =
  (how: { awaitsVerdict?: boolean; readAtOnce?: boolean } = {}) =>
  () => ({
    outcome: 'CHECKED',
    sha256: 'hash',
    awaitsVerdict: true,
    readAtOnce: true,
    ...how,
  })

/** What each step answers where a test says nothing else: a clean picture. */
const USUAL: Steps = {
  receiveUpload: () => ({ outcome: 'RECEIVED' }),
  checkFile: checked(),
  awaitVerdict: () => ({}),
  startReading: () => ({ jobId: 'j1' }),
}

/** Every payload is one that the function takes. A wait that answers undefined goes on waiting. */
async function run(steps: Steps = {}) {
  const taken: IntakeStep[] = []
  const result = await drive(MACHINE, ARRIVED, {
    answer: (args) => {
      const { Payload } = args as { Payload: JsonObject }
      const step = IntakeStep.parse(Payload)
      taken.push(step)
      const tries = taken.filter((it) => it.step === step.step).length
      const answer = { ...USUAL, ...steps }[step.step]?.(step, tries)
      return step.step === 'startReading' || step.step === 'awaitVerdict' ? answer : { Payload: answer ?? {} }
    },
  })
  return { ...result, taken, steps: taken.map(({ step }) => step) }
}

const fails = (error: string) => () => {
  throw new TaskError(error)
}
const UNTIL_READ = ['receiveUpload', 'checkFile', 'awaitVerdict']

it('reads a picture at once when the scan has found nothing', async () => {
  const { status, taken } = await run()
  expect(status).toBe('SUCCEEDED')
  expect(taken).toEqual([
    { step: 'receiveUpload', ...FILE, bytes: 42 },
    { step: 'checkFile', ...FILE },
    { step: 'awaitVerdict', ...FILE, token: expect.any(String) },
    { step: 'extractFields', ...FILE, ...CLEAN, jobId: null },
  ])
})

it('waits for the job that reads a file of pages, and extracts by its id', async () => {
  const { status, taken } = await run({ checkFile: checked({ readAtOnce: false }) })
  expect(status).toBe('SUCCEEDED')
  expect(taken.slice(-2)).toEqual([
    { step: 'startReading', ...FILE, ...CLEAN, token: expect.any(String) },
    { step: 'extractFields', ...FILE, ...CLEAN, jobId: 'j1' },
  ])
})

it('reads what nobody scans where the deployment has no scanner, and says so', async () => {
  const { taken, steps } = await run({ checkFile: checked({ awaitsVerdict: false }) })
  expect(steps).toEqual(['receiveUpload', 'checkFile', 'extractFields'])
  expect(taken.at(-1)).toMatchObject({ scan: 'NOT_SCANNED' })
})

it.each([
  ['nobody announced', { receiveUpload: () => ({ outcome: 'IGNORED' }) }, ['receiveUpload']],
  ['the check refuses', { checkFile: () => ({ outcome: 'IGNORED' }) }, ['receiveUpload', 'checkFile']],
])('ends with what %s', async (_, answers, expected) => {
  const { status, steps } = await run(answers)
  expect([status, steps]).toEqual(['SUCCEEDED', expected])
})

it.each([
  [false, 'startReading', 'ProvisionedThroughputExceededException'],
  [false, 'startReading', 'LimitExceededException'],
  [true, 'extractFields', 'ThrottlingException'],
] as const)('tries again, with growing pauses, what Textract throttles: %s %s %s', async (readAtOnce, step, error) => {
  const { status, took, steps } = await run({
    checkFile: checked({ readAtOnce }),
    [step]: (_: IntakeStep, tries: number) => {
      if (tries < 7) throw new TaskError(error)
      return { jobId: 'j1' }
    },
  })
  expect([status, steps.filter((it) => it === step).length]).toEqual(['SUCCEEDED', 7])
  expect(steps).not.toContain('rejectDocument')
  // Full jitter: somewhere below the sum of the pauses.
  expect(took).toBeGreaterThan(1000)
  expect(took).toBeLessThan(10 * 60_000)
})

it.each([
  [false, 'startReading'],
  [true, 'extractFields'],
] as const)('refuses at once what Textract can not read: %s', async (readAtOnce, step) => {
  const { status, taken, steps } = await run({
    checkFile: checked({ readAtOnce }),
    [step]: fails('Document.Unreadable'),
  })
  expect([status, steps]).toEqual(['SUCCEEDED', [...UNTIL_READ, step, 'rejectDocument']])
  expect(taken.at(-1)).toEqual({ step: 'rejectDocument', ...FILE, error: 'Document.Unreadable' })
})

it('answers the sender of a file that brings its check down again and again', async () => {
  const { status, steps, taken } = await run({ checkFile: fails('Runtime.ExitError') })
  expect(status).toBe('SUCCEEDED')
  expect(steps).toEqual(['receiveUpload', ...Array(6).fill('checkFile'), 'rejectDocument'])
  expect(taken.at(-1)).toEqual({ step: 'rejectDocument', ...FILE, error: 'Document.NotChecked' })
})

describe('the verdict', () => {
  it.each(['Document.Malicious', 'Document.Unscannable', 'Document.NotScanned'])(
    'ends intake at once with %s',
    async (error) => {
      const { status, steps, taken } = await run({ awaitVerdict: fails(error) })
      expect([status, steps]).toEqual(['SUCCEEDED', [...UNTIL_READ, 'rejectDocument']])
      expect(taken.at(-1)).toMatchObject({ error })
    },
  )

  it('that was lost is looked for after ten minutes, and found', async () => {
    const { steps, took } = await run({ awaitVerdict: (_, tries) => (tries === 1 ? undefined : {}) })
    expect(steps).toEqual([...UNTIL_READ, 'awaitVerdict', 'extractFields'])
    expect(took).toBeGreaterThanOrEqual(10 * 60_000)
  })

  it('that never comes ends intake after half an hour: what was not scanned is not read', async () => {
    const { status, steps, taken, took } = await run({ awaitVerdict: () => undefined })
    expect([status, steps]).toEqual(['SUCCEEDED', [...UNTIL_READ, 'awaitVerdict', 'awaitVerdict', 'rejectDocument']])
    expect(taken.at(-1)).toMatchObject({ error: 'Document.NotScanned' })
    expect(took).toBeGreaterThanOrEqual(HOUR / 2)
    expect(took).toBeLessThan(HOUR / 2 + 60_000)
  })
})

it('answers the sender when reading hangs, or fails for good', async () => {
  const hung = await run({ checkFile: checked({ readAtOnce: false }), startReading: () => undefined })
  expect(hung.steps.at(-1)).toBe('rejectDocument')
  expect(hung.took).toBeLessThan(HOUR)
  const broken = await run({ extractFields: fails('Error') })
  expect(broken.steps).toEqual([...UNTIL_READ, ...Array(9).fill('extractFields'), 'rejectDocument'])
})
