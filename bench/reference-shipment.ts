/** The reference shipment, walked through the public API; what it costs is counted by the runtime, part by part. */
import * as z from 'zod'
import { type Api, type Caller, connect } from '../demo/api'
import { type File, fixture, proofOfDelivery, sendDocument } from '../demo/documents'
import { acceptAfterReview } from '../demo/journey'
import { CARRIER, CONSIGNEE, oceanExport, SHIPPER } from '../demo/shipments'
import type { DocumentType } from '../schemas/codes'
import { CreatedShipment } from '../schemas/shipment'
import { ShipmentView } from '../schemas/shipment-view'
import { Task } from '../schemas/task'
import { type Instance, TENANT } from './instance'
import { addCosts, type Cost, costOf, FLOOR, NOTHING, PARTS, type Part, type PartCost } from './reference-floor'
import { EVENTS } from './shipments'

export interface ReferenceReport {
  /** What of the reference shipment exists: no payment and no webhook yet. */
  leftOut: string[]
  parts: Record<Part, PartCost>
  total: Cost
  floor: Cost
  /** The same shipment to the end of its SOP: the tasks and the proof of delivery that the reference shipment does not count. */
  completed: { tasks: number; documents: number; total: Cost }
  invoices: number
}

const DAY = 86_400_000
const REST_WITHIN = 60_000
const SALES = { role: 'SALES' }
const OPERATIONS = { role: 'OPERATIONS' }
const SHIPPING = { role: 'SHIPPER', organization: SHIPPER }
const CARRYING = { role: 'CARRIER', organization: CARRIER }
const RECEIVING = { role: 'CONSIGNEE', organization: CONSIGNEE }
const PDF = 'application/pdf'

type Walk = ReturnType<typeof walker>

/** Walks it in an instance that nobody else uses. Throws where the walk does not go as it should. */
export async function measureReference(instance: Instance): Promise<ReferenceReport> {
  const api = connect(instance.url, TENANT, () => undefined)
  // The demo tenant's shipments have their SOPs started by now.
  if (!(await instance.settled(REST_WITHIN))) throw new Error('The runtime did not come to rest')
  await instance.resetMetrics(true)
  const now = Date.now()
  const meter = createMeter(instance)
  const { shipmentId } = await meter.count('create', () =>
    api.call(SALES, 'POST', '/v1/shipments', {
      body: reference(now),
      expect: 201,
      answer: CreatedShipment,
      idempotencyKey: `reference-${now}`,
    }),
  )
  const walk = walker(api, meter, shipmentId, now)
  await untilInvoiced(walk)
  const parts = meter.parts()
  const total = addCosts(Object.values(parts))
  await untilCompleted(walk)
  const shipment = await walk.look()
  if (shipment.status !== 'COMPLETED') throw new Error(`The reference shipment ended ${shipment.status}`)
  const { tasks, documents, invoices } = shipment
  return {
    leftOut: ['1 payment', '8 webhook deliveries'],
    parts,
    total,
    floor: addCosts(PARTS.map((part) => FLOOR[part])),
    completed: { tasks: tasks.length, documents: documents.length, total: addCosts(Object.values(meter.parts())) },
    invoices: invoices.length,
  }
}

/** Four charges, three of them revenue, all billable on departure: one invoice, one accrual. */
function reference(now: number) {
  const command = oceanExport(now, `REFERENCE-${now}`)
  return {
    ...command,
    chargeLines: command.chargeLines?.map((line) => ({ ...line, billableOn: 'DEPARTED_ORIGIN' })),
  }
}

/** 8 milestones, 5 tasks, 3 documents of 4 pages, 10 reads, 5 pages of lists; charges are billed on the way. */
async function untilInvoiced(walk: Walk): Promise<void> {
  await walk.complete('OPERATIONS', 'request-booking', { carrierBookingRequestReference: 'REQ-3310' })
  await walk.complete('OPERATIONS', 'confirm-booking', {
    carrierBookingReference: 'NSC7741208',
    vessel: 'PORTOLAN STAR',
    voyage: '127E',
  })
  await walk.send(SHIPPING, '380', fixture('commercial-invoice.pdf', PDF))
  await walk.send(SHIPPING, '271', fixture('packing-list-two-pages.pdf', PDF))
  await walk.milestones(0, 2)
  await walk.complete('OPERATIONS', 'submit-vgm', { verifiedGrossMass: 25_900, method: 'SM2' })
  await walk.milestones(2, 3)
  await walk.complete('DOCUMENTATION', 'submit-shipping-instructions', { shippingInstructionsReference: 'SI-20417' })
  await walk.complete('CUSTOMS', 'declare-export', { declarationNumber: '26NL0004417DEMO1' })
  await walk.milestones(3, 6)
  await walk.send(CARRYING, '705', fixture('bill-of-lading.pdf', PDF))
  await walk.milestones(6, 8)
  for (let read = 0; read < 10; read++) await walk.read()
  for (let page = 0; page < 5; page++) await walk.list()
}

async function untilCompleted(walk: Walk): Promise<void> {
  await walk.complete('DOCUMENTATION', 'check-draft-bill-of-lading', { approved: true })
  await walk.complete('FINANCE', 'review-charges', {})
  await walk.send(RECEIVING, '737', await proofOfDelivery())
  await walk.complete('FINANCE', 'check-billing', {})
}

/** Days from now of the eight events, in the order of their milestones. */
const EVENT_DAYS = [-45, -41, -37, -37, -35.5, -35, -7, -5]

function walker(api: Api, meter: Meter, shipmentId: string, now: number) {
  const path = `/v1/shipments/${shipmentId}`
  const look = () => api.call(OPERATIONS, 'GET', path, { answer: ShipmentView })
  return {
    look,
    read: () => meter.count('read', look),
    list: () =>
      meter.count('list', () =>
        api.call(OPERATIONS, 'GET', '/v1/shipments?limit=50', { answer: z.object({ items: z.array(z.unknown()) }) }),
      ),
    complete: (role: string, stepKey: string, data: Record<string, unknown>) =>
      meter.count('task', () =>
        api.call({ role }, 'POST', `/v1/tasks/tsk_${shipmentId.slice(4)}_${stepKey}/completions`, {
          body: { data },
          answer: Task,
        }),
      ),
    send: (caller: Caller, type: DocumentType, file: File) =>
      meter.count('document', async () => {
        const documentId = await sendDocument(api, caller, shipmentId, type, file, () => undefined)
        await meter.rest('document')
        const { documents } = await look()
        // A scan may be read less surely than a document is accepted by itself.
        if (documents.find((it) => it.documentId === documentId)?.status === 'NEEDS_REVIEW')
          await acceptAfterReview(api, shipmentId, documentId, () => undefined)
      }),
    async milestones(from: number, to: number) {
      for (const [at, event] of [...EVENTS.entries()].slice(from, to)) {
        const body = {
          // Of the whole shipment, so that each milestone is one event.
          ...event,
          eventClassifierCode: 'ACT',
          eventDateTime: new Date(now + (EVENT_DAYS[at] ?? 0) * DAY).toISOString(),
          source: 'NSCL',
        }
        const part = event.eventCode === 'DEPA' ? 'departure' : 'milestone'
        await meter.count(part, () =>
          api.call(CARRYING, 'POST', `${path}/events`, { body, expect: 201, answer: z.object({}) }),
        )
      }
    },
  }
}

type Meter = ReturnType<typeof createMeter>

/** Counts what each command sets off, to its last consequence: the next one starts when everything rests. */
function createMeter(instance: Instance) {
  const parts: Record<string, PartCost> = Object.fromEntries(PARTS.map((part) => [part, { ...NOTHING, commands: 0 }]))
  let before: Cost = NOTHING
  const rest = async (part: Part) => {
    if (!(await instance.settled(REST_WITHIN)))
      throw new Error(`A ${part} of the reference shipment did not come to rest`)
  }
  return {
    rest,
    async count<T>(part: Part, command: () => Promise<T>): Promise<T> {
      const answer = await command()
      await rest(part)
      const after = costOf(await instance.metrics())
      const soFar = parts[part] ?? { ...NOTHING, commands: 0 }
      parts[part] = { ...addCosts([soFar, after], before), commands: soFar.commands + 1 }
      before = after
      return answer
    },
    // Every part has been there from the beginning.
    parts: () => ({ ...parts }) as Record<Part, PartCost>,
  }
}
