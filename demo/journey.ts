/** One ocean export from creation to an issued invoice and its KPIs, as the people and systems around it would walk it. */
import * as z from 'zod'
import { CreatedShipment } from '../schemas/shipment'
import { ShipmentView } from '../schemas/shipment-view'
import { Task } from '../schemas/task'
import { TimelineEntryView } from '../schemas/timeline'
import { type Api, type Caller, until } from './api'
import { fixture, proofOfDelivery, sendDocument } from './documents'
import { CARRIER, CONSIGNEE, CONTAINERS, oceanExport, SHIPPER } from './shipments'

const SALES: Caller = { role: 'SALES' }
const SHIPPING: Caller = { role: 'SHIPPER', organization: SHIPPER }
const CARRYING: Caller = { role: 'CARRIER', organization: CARRIER }
const DOCUMENTATION: Caller = { role: 'DOCUMENTATION' }
const RECEIVING: Caller = { role: 'CONSIGNEE', organization: CONSIGNEE }

const DAY = 86_400_000
const PATIENCE = 60

export interface Journey {
  shipmentId: string
  shipment: ShipmentView
  timeline: TimelineEntryView[]
}

/** Walks the shipment to its end; throws where a fact is not as it should be. `told` gets a line a step. */
export async function walkOceanExport(
  api: Api,
  clientReference: string,
  now: number,
  told: (line: string) => void,
): Promise<Journey> {
  told('\nA shipper orders; sales creates the shipment. Its SOP starts by itself.')
  const created = await api.call(SALES, 'POST', '/v1/shipments', {
    body: oceanExport(now, clientReference),
    expect: 201,
    answer: CreatedShipment,
  })
  const walk = walker(api, created.shipmentId, now, told)

  told('\nOperations books space and enters the confirmation; each completed task lets the SOP go on.')
  await walk.complete('OPERATIONS', 'request-booking', { carrierBookingRequestReference: 'REQ-3310' })
  await walk.complete('OPERATIONS', 'confirm-booking', {
    carrierBookingReference: 'NSC7741208',
    vessel: 'PORTOLAN STAR',
    voyage: '127E',
  })

  told('\nThe shipper uploads its papers; they are read where they lie.')
  const invoice = await walk.send(SHIPPING, '380', fixture('commercial-invoice.pdf', 'application/pdf'))
  await walk.send(SHIPPING, '271', fixture('packing-list.png', 'image/png'))
  await walk.tellFields(invoice)

  told('\nThe carrier reports: empty containers out, stuffed, gated in.')
  await walk.containers(-45, {
    eventType: 'EQUIPMENT',
    eventCode: 'GTOT',
    facilityTypeCode: 'DEPO',
    emptyIndicatorCode: 'EMPTY',
  })
  await walk.containers(-41, { eventType: 'EQUIPMENT', eventCode: 'STUF', unLocode: 'NLRTM' })
  await walk.complete('OPERATIONS', 'submit-vgm', { verifiedGrossMass: 25_900, method: 'SM2' })
  await walk.containers(-37, { eventType: 'EQUIPMENT', eventCode: 'GTIN', facilityTypeCode: 'POTE', unLocode: 'NLRTM' })

  told('\nDocumentation and customs do their part.')
  await walk.complete('DOCUMENTATION', 'submit-shipping-instructions', { shippingInstructionsReference: 'SI-20417' })
  await walk.complete('CUSTOMS', 'declare-export', { declarationNumber: '26NL0004417DEMO1' })
  await walk.containers(-37, { eventType: 'EQUIPMENT', eventCode: 'CUSR', unLocode: 'NLRTM' })
  await walk.complete('DOCUMENTATION', 'check-draft-bill-of-lading', { approved: true })
  await walk.complete('FINANCE', 'review-charges', {})

  told('\nLoaded and sailed: departure makes freight billable.')
  await walk.containers(-35.5, { eventType: 'EQUIPMENT', eventCode: 'LOAD', unLocode: 'NLRTM' })
  await walk.event(-35, { eventType: 'TRANSPORT', eventCode: 'DEPA', unLocode: 'NLRTM', modeOfTransport: 'VESSEL' })
  await walk.send(CARRYING, '705', fixture('bill-of-lading.pdf', 'application/pdf'))

  told('\nArrived and delivered, within the promised window, all forty packages.')
  await walk.event(-7, { eventType: 'TRANSPORT', eventCode: 'ARRI', unLocode: 'SGSIN', modeOfTransport: 'VESSEL' })
  await walk.event(-5, {
    eventType: 'EQUIPMENT',
    eventCode: 'GTIN',
    facilityTypeCode: 'CLOC',
    emptyIndicatorCode: 'LADEN',
    unLocode: 'SGSIN',
    deliveredPackages: 40,
  })
  await walk.send(RECEIVING, '737', await proofOfDelivery())
  await walk.complete('FINANCE', 'check-billing', {})

  return walk.finish()
}

function walker(api: Api, shipmentId: string, now: number, told: (line: string) => void) {
  const path = `/v1/shipments/${shipmentId}`
  const at = (days: number) => new Date(now + days * DAY).toISOString()
  const look = (caller: Caller) => api.call(caller, 'GET', path, { answer: ShipmentView, quiet: true })

  const walk = {
    /** Waits for the role's task of that step, then completes it with what it asks for. */
    async complete(role: string, stepKey: string, data: Record<string, unknown>) {
      const taskId = `tsk_${shipmentId.slice(4)}_${stepKey}`
      await until(
        `task ${stepKey}`,
        PATIENCE,
        () => look({ role }),
        (shipment) => shipment.tasks.some((task) => task.stepKey === stepKey),
      )
      const task = await api.call({ role }, 'POST', `/v1/tasks/${taskId}/completions`, {
        body: { data },
        answer: Task,
      })
      told(`              ✓ ${task.title} (due ${task.dueAt ?? 'any time'})`)
    },

    async event(days: number, event: Record<string, unknown>) {
      await api.call(CARRYING, 'POST', `${path}/events`, {
        body: { eventClassifierCode: 'ACT', eventDateTime: at(days), source: 'NSCL', ...event },
        expect: 201,
        answer: z.object({ eventId: z.string() }),
      })
    },

    async containers(days: number, event: Record<string, unknown>) {
      for (const equipmentReference of CONTAINERS) await walk.event(days, { ...event, equipmentReference })
    },

    /** Sends a file and waits until it has been read and verified. */
    async send(
      caller: Caller,
      documentType: Parameters<typeof sendDocument>[3],
      file: Parameters<typeof sendDocument>[4],
    ) {
      const documentId = await sendDocument(api, caller, shipmentId, documentType, file, told)
      const shipment = await until(
        `${file.name} to be read`,
        PATIENCE,
        () => look(caller),
        (seen) => !['AWAITING_UPLOAD', 'UPLOADED', 'SCANNING', 'EXTRACTING'].includes(statusOf(seen, documentId)),
      )
      if (statusOf(shipment, documentId) === 'NEEDS_REVIEW') await acceptAfterReview(api, shipmentId, documentId, told)
      else if (statusOf(shipment, documentId) !== 'VERIFIED')
        throw new Error(`${file.name} ended ${statusOf(shipment, documentId)}`)
      told(`              ✓ ${file.name} verified`)
      return documentId
    },

    async tellFields(documentId: string) {
      const Read = z.object({
        extraction: z.object({
          fields: z.array(z.object({ field: z.string(), raw: z.string(), confidence: z.number(), page: z.number() })),
        }),
      })
      const { extraction } = await api.call({ role: 'DOCUMENTATION' }, 'GET', `${path}/documents/${documentId}`, {
        answer: Read,
      })
      for (const { field, raw, confidence, page } of extraction.fields.slice(0, 6))
        told(`                ${field} = ${raw} (page ${page}, ${Math.round(confidence * 100)} %)`)
    },

    async finish(): Promise<Journey> {
      const shipment = await until(
        'the SOP to complete the shipment',
        PATIENCE,
        () => look({ role: 'OPERATIONS' }),
        (seen) => seen.status === 'COMPLETED' && seen.invoices.length === 2,
      )
      const { items } = await api.call({ role: 'OPERATIONS' }, 'GET', `${path}/timeline`, {
        answer: z.object({ items: z.array(TimelineEntryView) }),
      })
      return { shipmentId, shipment, timeline: items }
    },
  }
  return walk
}

const statusOf = (shipment: ShipmentView, documentId: string) =>
  shipment.documents.find((document) => document.documentId === documentId)?.status ?? 'AWAITING_UPLOAD'

/** A value that matters was not read surely enough: documentation looks at the page, confirms it and accepts. */
export async function acceptAfterReview(
  api: Api,
  shipmentId: string,
  documentId: string,
  told: (line: string) => void,
): Promise<void> {
  const path = `/v1/shipments/${shipmentId}`
  const { tasks } = await api.call(DOCUMENTATION, 'GET', path, { answer: ShipmentView, quiet: true })
  const review = tasks.find((it) => it.review?.documentId === documentId)?.review
  if (!review) throw new Error(`${documentId} is to be reviewed, and nobody was asked`)
  told(`              ? ${review.reasons[0]}`)
  const fields = review.fields.filter(({ value }) => value !== undefined)
  if (fields.length > 0)
    await api.call(DOCUMENTATION, 'POST', `${path}/documents/${documentId}/corrections`, {
      body: { fields: fields.map(({ field, index }) => ({ decision: 'CONFIRM', field, index })) },
      answer: z.object({}),
    })
  await api.call(DOCUMENTATION, 'POST', `${path}/documents/${documentId}/reviews`, {
    body: { decision: 'ACCEPT' },
    answer: z.object({}),
  })
}
