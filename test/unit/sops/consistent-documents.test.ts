import { decideStep } from '../../../functions/sops/domain/steps'
import { resolutions, settledWaits, settlement, waitOf } from '../../../functions/sops/domain/waits'
import type { Severity } from '../../../schemas/document-matrix'
import { SopStep } from '../../../schemas/sop'
import type { Fact } from '../../../schemas/timeline'
import { aShipment, ORDERED, withFacts } from '../../support/shipments'
import { planOf } from '../../support/sop-plans'
import { committed, verifiedDocument } from '../../support/sop-world'

const NOW = '2026-03-02T08:00:00.000Z'
const shipment = aShipment(planOf('ocean-export-fcl', ORDERED))
const { shipmentId } = shipment.header

const step = SopStep.parse({
  step: 'requireConsistentDocuments',
  key: 'require-consistent-documents',
  tenantId: 'demo',
  shipmentId,
  token: 't',
  documentTypes: ['380', '271'],
})
const wait = waitOf(step, NOW)
if (!wait) throw new Error('The step holds nothing')
const { awaited } = wait

const compared = (...open: Severity[]): Fact => ({
  type: 'documents.compared',
  data: {
    documents: [],
    open: open.map((severity) => ({ check: 'packages', severity, key: severity, message: 'other' })),
    waived: 0,
  },
})
const verified = (...types: ('380' | '271')[]) =>
  types.reduce((state, type) => committed(state, verifiedDocument(shipmentId, type, NOW), NOW), shipment)
const after = (state: typeof shipment, ...facts: Fact[]) => withFacts(state, facts, NOW)

test('the step waits for documents of the types, for their comparison, and for it to find no error', () => {
  expect(settlement(awaited, shipment)).toBeUndefined()
  expect(settlement(awaited, verified('380', '271'))).toBeUndefined()
  expect(settlement(awaited, after(verified('380'), compared()))).toBeUndefined()
  expect(settlement(awaited, after(verified('380', '271'), compared('ERROR')))).toBeUndefined()
  expect(settlement(awaited, after(verified('380', '271'), compared()))).toEqual({ documents: [], waived: 0 })
})

test('a warning holds only a step that asks for it', () => {
  const state = after(verified('380', '271'), compared('WARN'))
  expect(settlement(awaited, state)).toBeDefined()
  expect(settlement({ ...awaited, severity: 'WARN' } as typeof awaited, state)).toBeUndefined()
})

test('what has passed once stays passed, whatever paper comes later', () => {
  const agreed = { ...after(verified('380', '271'), compared()), waits: [wait] }
  const facts = resolutions(agreed, [wait.stepKey])
  expect(facts).toMatchObject([{ type: 'documents.agreed', data: { stepKey: wait.stepKey } }])
  const passed = { ...after(agreed, ...facts), waits: [wait] }
  expect(resolutions(passed, [wait.stepKey])).toEqual([])
  expect(settlement(awaited, after(passed, compared('ERROR')))).toBeDefined()
  const again = decideStep(step, after(passed, compared('ERROR')), { now: NOW, denied: [] })
  expect(again).toMatchObject({ decision: { facts: [] }, answer: { settled: true } })
})

test('a comparison older than the last change settles nothing', () => {
  const state = after(verified('380', '271'), compared(), {
    type: 'shipment.amended',
    data: { changed: ['containers'] },
  })
  expect(settlement(awaited, state)).toBeUndefined()
  expect(settledWaits({ ...after(state, compared()), waits: [wait] })).toMatchObject([{ wait }])
})

test('what was booked by a task is a change; other results are none', () => {
  const settled = after(verified('380', '271'), compared())
  const completed = (result: Record<string, unknown>): Fact => ({
    type: 'task.completed',
    data: { taskId: 'tsk_x', stepKey: 'x', role: 'OPERATIONS', result },
  })
  expect(settlement(awaited, after(settled, completed({ voyage: '127E' })))).toBeUndefined()
  expect(settlement(awaited, after(settled, completed({ pickedUp: true })))).toBeDefined()
})
