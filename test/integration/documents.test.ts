/** Reactions of documents against a real table: whatever is delivered twice changes nothing. */
import { contract } from '../../functions/documents/contract'
import { decideCorrect } from '../../functions/documents/domain/corrections'
import { decideExtracted } from '../../functions/documents/domain/intake'
import { reactions } from '../../functions/documents/reactions'
import { loadTallies, saveExtraction } from '../../functions/documents/store'
import { loadShipment, onShipment } from '../../functions/shipments/store'
import type { DocumentRecord } from '../../schemas/document'
import type { Extraction, NormalisedValue } from '../../schemas/extraction'
import { count, id } from '../support/document-columns'
import { startTable, type TestTable } from '../support/dynamodb'
import { aContext, createInTable, eventsOf } from '../support/shipments'

jest.setTimeout(60_000)

let table: TestTable
beforeAll(async () => {
  table = await startTable()
})
afterAll(() => table.stop())

const context = aContext({ tenantId: 'documents', now: '2026-03-25T12:00:00.000Z' })
const DOCUMENT = 'doc_00000000000000000000000001'
const value = (field: string, said: NormalisedValue) => ({
  field,
  raw: 'printed',
  value: said,
  confidence: 0.97,
  page: 1,
  box: { left: 0, top: 0, width: 1, height: 1 },
  method: 'key-value' as const,
  checks: [],
  ambiguous: false,
  candidates: [],
  extractorVersion: '1',
})
const reading: Extraction = {
  classification: { kind: 'PACKING_LIST', confidence: 0.99, alternatives: [] },
  // The shipment has 40 packages.
  fields: [value('packageCount', count(42)), value('invoiceNumber', id('A-1'))],
  lineItems: [],
  warnings: [],
  pages: 1,
  extractorVersion: '1',
}

async function extracted(shipmentId: string): Promise<void> {
  const document: DocumentRecord = {
    documentId: DOCUMENT,
    shipmentId,
    documentType: '271',
    status: 'EXTRACTING',
    contentType: 'application/pdf',
    announcedBy: 'someone',
    announcedAt: context.now,
  }
  await saveExtraction(context, DOCUMENT, reading)
  await onShipment(context, shipmentId, (state) => ({
    decision: decideExtracted(state, document, reading, { fields: [], holding: [] }, context.now),
    answer: {},
  }))
}

const deliver = async (shipmentId: string) => {
  // The reaction of an event's own type takes the event.
  for (const event of await eventsOf(context, shipmentId, contract.subscribes))
    await reactions[event.type](context, event as never)
}

test('what was booked by a task is compared with the papers at once; other results say nothing of them', async () => {
  const shipmentId = await createInTable(context)
  await extracted(shipmentId)
  await deliver(shipmentId)
  const complete = async (result: Record<string, unknown>) => {
    const data = { taskId: 'tsk_x', stepKey: 'x', role: 'OPERATIONS' as const, result }
    await onShipment(context, shipmentId, () => ({
      decision: { facts: [{ type: 'task.completed', data }] },
      answer: {},
    }))
    await deliver(shipmentId)
    await deliver(shipmentId)
    const { timeline } = await loadShipment(context, shipmentId)
    return timeline.filter(({ type }) => type === 'documents.compared').length
  }
  expect(await complete({ pickedUp: true })).toBe(1)
  expect(await complete({ voyage: '127E' })).toBe(2)
})

test('a verified paper is compared once, a correction counted once, however often their events come', async () => {
  const shipmentId = await createInTable(context)
  await extracted(shipmentId)
  await deliver(shipmentId)
  const compared = await loadShipment(context, shipmentId)
  expect(compared.timeline.at(-2)).toMatchObject({
    type: 'documents.compared',
    data: { documents: [DOCUMENT], open: [{ check: 'packages', severity: 'ERROR' }] },
  })
  expect(compared.tasks).toMatchObject([{ stepKey: 'resolve-disagreements', status: 'CREATED' }])
  await deliver(shipmentId)
  expect((await loadShipment(context, shipmentId)).header.version).toBe(compared.header.version)

  await onShipment(context, shipmentId, (state) => {
    const fields = [{ decision: 'CORRECT' as const, field: 'packageCount', index: 0, value: count(40) }]
    const [document] = state.documents
    if (!document) throw new Error('No document')
    return { decision: decideCorrect(document, reading, { fields }), answer: {} }
  })
  await deliver(shipmentId)
  const corrected = await loadShipment(context, shipmentId)
  expect(corrected.tasks).toMatchObject([{ status: 'COMPLETED', result: { consistent: true } }])
  await deliver(shipmentId)
  await deliver(shipmentId)
  expect((await loadShipment(context, shipmentId)).header.version).toBe(corrected.header.version)
  expect(await loadTallies(context)).toEqual([
    { kind: 'PACKING_LIST', field: 'packageCount', bucket: 5, right: 0, decided: 1 },
  ])
})

test('every type of event that documents consume may come again, and changes nothing', async () => {
  const shipmentId = await createInTable(context)
  await extracted(shipmentId)
  const about = { documentId: DOCUMENT, documentType: '271' as const }
  const PRINTED = 'doc_00000000000000000000000009'
  // One fact of each type, as the rules write them; what was printed stands there already.
  await onShipment(context, shipmentId, ({ documents: [document] }) => {
    if (!document) throw new Error('No document')
    const corrected = decideCorrect(document, reading, {
      fields: [{ decision: 'CONFIRM', field: 'packageCount', index: 0 }],
    })
    return {
      decision: {
        documents: [{ ...document, documentId: PRINTED, origin: 'GENERATED', status: 'VERIFIED' }],
        facts: [
          ...corrected.facts,
          { type: 'document.superseded', data: { ...about, by: DOCUMENT } },
          {
            type: 'documents.waived',
            data: { check: 'marks', keys: ['x'], reason: 'agreed', roles: ['DOCUMENTATION'] },
          },
          { type: 'document.generation-requested', data: { ...about, documentId: PRINTED, revision: 1 } },
          { type: 'shipment.amended', data: { changed: ['references'] } },
          {
            type: 'task.completed',
            data: { taskId: 'tsk_x', stepKey: 'x', role: 'OPERATIONS', result: { voyage: 'X1' } },
          },
        ],
      },
      answer: {},
    }
  })
  const events = await eventsOf(context, shipmentId, contract.subscribes)
  expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([...contract.subscribes].sort())
  await deliver(shipmentId)
  const before = await loadShipment(context, shipmentId)
  const tallies = await loadTallies(context)
  for (const event of events) {
    await reactions[event.type](context, event as never)
    expect({ type: event.type, state: await loadShipment(context, shipmentId) }).toEqual({
      type: event.type,
      state: before,
    })
  }
  expect(await loadTallies(context)).toEqual(tallies)
})
