import {
  compareDocuments,
  comparedSince,
  decideCompared,
  decideWaive,
  type Evidence,
} from '../../../functions/documents/domain/comparison'
import { matrixOf } from '../../../functions/documents/matrix/matrix'
import type { Decision, ShipmentState } from '../../../functions/shipments/store'
import type { DocumentRecord } from '../../../schemas/document'
import type { DocumentMatrix, Waiver } from '../../../schemas/document-matrix'
import type { Extraction, FieldValue, NormalisedValue } from '../../../schemas/extraction'
import * as say from '../../support/document-columns'
import { aShipment, ORDERED, withFacts } from '../../support/shipments'

const NOW = '2026-03-02T08:00:00.000Z'

/** The papers of the shipment, with what is planted in them, and nobody's waiver unless given. */
function comparison(planted: Parameters<typeof say.papers>[0] = {}, waivers?: ReadonlyMap<string, Waiver>) {
  const columns = say.papers(planted)
  return {
    shipmentId: 'shp_00000000000000000000000001',
    columns: columns.map(({ source, documentType }) => ({ source, ...(documentType ? { documentType } : {}) })),
    ...matrixOf(columns, waivers),
  } satisfies DocumentMatrix
}
const AGREED = comparison()
const HEAVIER = comparison({ lading: { grossWeight: [say.weight(18_800)] } })
const HEAVIER_AND_MORE = comparison({
  lading: { grossWeight: [say.weight(18_800)] },
  packing: { packageCount: [say.count(42)] },
})
const NEARLY = comparison({ lading: { grossWeight: [say.weight(18_400)] } })
const NOTHING: DocumentMatrix = { ...comparison(), columns: [{ source: 'SHIPMENT' }] }

/** The shipment once the decision is committed. */
const after = (state: ShipmentState, { facts, tasks = [] }: Decision): ShipmentState =>
  withFacts(
    { ...state, tasks: [...state.tasks.filter((it) => !tasks.some(({ taskId }) => taskId === it.taskId)), ...tasks] },
    facts,
    NOW,
  )
const compared = (state: ShipmentState, ...matrices: DocumentMatrix[]) =>
  matrices.reduce((before, matrix) => after(before, decideCompared(before, matrix, NOW)), state)
const factsOf = ({ facts }: Decision) => facts.map(({ type }) => type)
const tasksOf = ({ tasks }: ShipmentState) =>
  tasks.map(({ stepKey, status, disagreements = [] }) => [stepKey, status, disagreements.map(({ check }) => check)])

describe('a comparison', () => {
  test('of nothing with nothing is not written down; that the last document went is', () => {
    expect(decideCompared(aShipment(), NOTHING, NOW)).toEqual({ facts: [] })
    expect(factsOf(decideCompared(compared(aShipment(), AGREED), NOTHING, NOW))).toEqual(['documents.compared'])
  })

  test('names the documents that it held against each other and the shipment, and what stands open', () => {
    const { facts, tasks } = decideCompared(aShipment(), NEARLY, NOW)
    expect(facts).toMatchObject([
      {
        type: 'documents.compared',
        data: {
          documents: ['invoice', 'packing', 'lading', 'customs', 'notice', 'dangerous', 'proof'],
          open: [{ check: 'gross-weight', severity: 'WARN' }],
          waived: 0,
        },
      },
    ])
    // A warning holds nobody.
    expect(tasks).toBeUndefined()
  })

  test('was made since an event when it stands behind it in the timeline', () => {
    const state = compared(aShipment(), AGREED)
    const { sequence } = state.timeline.at(-1) ?? { sequence: 0 }
    expect([sequence - 1, sequence, sequence + 1].map((at) => comparedSince(state.timeline, at))).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('an error', () => {
  test('is one task of documentation, due in a day, that carries what is to be settled', () => {
    const { facts, tasks } = decideCompared(aShipment(), HEAVIER, NOW)
    expect(tasks).toMatchObject([
      {
        stepKey: 'resolve-disagreements',
        role: 'DOCUMENTATION',
        status: 'CREATED',
        dueAt: '2026-03-03T08:00:00.000Z',
        disagreements: [{ check: 'gross-weight', severity: 'ERROR', sources: ['lading'] }],
      },
    ])
    expect(facts.map(({ type }) => type)).toEqual(['documents.compared', 'task.assigned'])
  })

  test('found again changes nothing; another one is added to the same task', () => {
    const state = compared(aShipment(), HEAVIER)
    expect(decideCompared(state, HEAVIER, NOW).tasks).toBeUndefined()
    const more = decideCompared(state, HEAVIER_AND_MORE, NOW)
    expect(factsOf(more)).toEqual(['documents.compared'])
    expect(tasksOf(after(state, more))).toEqual([['resolve-disagreements', 'CREATED', ['packages', 'gross-weight']]])
  })

  test('that is gone closes its task by itself; one that comes back is a task of its own', () => {
    const state = compared(aShipment(), HEAVIER, AGREED)
    expect(tasksOf(state)).toEqual([['resolve-disagreements', 'COMPLETED', ['gross-weight']]])
    expect(state.timeline.at(-1)).toMatchObject({ type: 'task.completed', data: { result: { consistent: true } } })
    expect(tasksOf(compared(state, HEAVIER))).toEqual([
      ['resolve-disagreements', 'COMPLETED', ['gross-weight']],
      ['resolve-disagreements-2', 'CREATED', ['gross-weight']],
    ])
  })

  test.each(['CANCELLED', 'COMPLETED', 'CLOSED'] as const)('is nobody’s work once the shipment is %s', (status) => {
    const state = aShipment()
    const over = { ...state, header: { ...state.header, status } }
    const { tasks, facts } = decideCompared(over, HEAVIER, NOW)
    expect([tasks, facts.map(({ type }) => type)]).toEqual([undefined, ['documents.compared']])
  })
})

describe('a waiver', () => {
  const roles = ['DOCUMENTATION' as const]

  test('covers what its check finds as it stands, and leaves the others open', () => {
    const { facts } = decideWaive(HEAVIER_AND_MORE, { check: 'gross-weight', reason: 'weighed wet' }, { roles })
    const key = HEAVIER.rows.flatMap((row) => row.disagreements)[0]?.key
    expect(facts).toEqual([
      { type: 'documents.waived', data: { check: 'gross-weight', keys: [key], reason: 'weighed wet', roles } },
    ])
  })

  test('of what nobody disagrees on, or what was waived before, is refused', () => {
    const waiver = { by: 'ada', roles, reason: 'weighed wet', at: NOW }
    const waived = comparison(
      { lading: { grossWeight: [say.weight(18_800)] } },
      new Map(HEAVIER.rows.flatMap((row) => row.disagreements.map(({ key }): [string, Waiver] => [key, waiver]))),
    )
    for (const matrix of [AGREED, waived])
      expect(() => decideWaive(matrix, { check: 'gross-weight', reason: 'again' }, { roles })).toThrow(
        'The documents do not disagree on gross-weight',
      )
    // Nothing stands open any more: the task that was asked for it closes.
    expect(tasksOf(compared(aShipment(), HEAVIER, waived))).toEqual([
      ['resolve-disagreements', 'COMPLETED', ['gross-weight']],
    ])
  })
})

describe('what is compared', () => {
  const document = (documentId: string, change: Partial<DocumentRecord> = {}): DocumentRecord => ({
    documentId,
    shipmentId: 'shp_00000000000000000000000001',
    documentType: '271',
    status: 'VERIFIED',
    contentType: 'application/pdf',
    announcedBy: 'someone',
    announcedAt: ORDERED,
    ...change,
  })
  const value = (field: string, said: NormalisedValue): FieldValue => ({
    field,
    raw: 'as printed',
    value: said,
    confidence: 0.97,
    page: 1,
    box: { left: 0.1, top: 0.2, width: 0.3, height: 0.1 },
    method: 'key-value',
    checks: [],
    ambiguous: false,
    candidates: [],
    extractorVersion: '1',
  })
  const reading = (packages: number): Extraction => ({
    classification: { kind: 'PACKING_LIST', confidence: 0.99, alternatives: [] },
    fields: [value('packageCount', say.count(packages))],
    lineItems: [],
    warnings: [],
    pages: 1,
    extractorVersion: '1',
  })
  const evidence = (...readings: [string, number][]): Evidence => ({
    extractions: new Map(readings.map(([id, packages]) => [id, reading(packages)])),
    places: new Map(),
  })
  const openOf = (state: ShipmentState, with_: Evidence) =>
    compareDocuments(state, with_).rows.flatMap((row) => row.disagreements.map(({ message }) => message))

  test('is every verified paper, but none that Portolan printed, and none that a person still looks at', () => {
    const state: ShipmentState = {
      ...aShipment(),
      documents: [
        document('accepted'),
        document('printed', { origin: 'GENERATED' }),
        document('doubted', { status: 'NEEDS_REVIEW' }),
        document('replaced', { status: 'SUPERSEDED' }),
      ],
    }
    const all = evidence(['accepted', 41], ['printed', 42], ['doubted', 43], ['replaced', 44])
    expect(compareDocuments(state, all).columns).toEqual([
      { source: 'SHIPMENT' },
      { source: 'accepted', documentType: '271', kind: 'PACKING_LIST', status: 'VERIFIED' },
    ])
    expect(openOf(state, all)).toEqual(['accepted says 41; the shipment says 40'])
  })

  test('is what people say it says', () => {
    const state = { ...aShipment(), documents: [document('accepted')] }
    const corrected = withFacts(
      state,
      [
        {
          type: 'document.corrected',
          data: {
            documentId: 'accepted',
            documentType: '271',
            decisions: [
              {
                field: 'packageCount',
                index: 0,
                kind: 'PACKING_LIST',
                before: say.count(41),
                after: say.count(40),
                confidence: 0.97,
                right: false,
              },
            ],
          },
        },
      ],
      NOW,
    )
    expect(openOf(corrected, evidence(['accepted', 41]))).toEqual([])
  })
})
