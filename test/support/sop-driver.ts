/** Drives a shipment over HTTP to its end, whatever its SOP is: does the tasks, sends the papers, reports the milestones. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import { proofOfDelivery } from '../../demo/documents'
import { eventOf } from '../../functions/tracking/own-events'
import { DOCUMENT_TYPE_NAME, type DocumentType } from '../../schemas/codes'
import { Milestone } from '../../schemas/milestone'
import { SopPin } from '../../schemas/shipment'
import type { components } from './api.generated'
import { formData } from './sop-world'
import { eventually, ok, type World } from './world'

type Shipment = components['schemas']['Shipment']
type Task = Shipment['tasks'][number]

export interface Way {
  /** Options of choices, and milestones in the place of others, that are preferred to the usual ones. */
  prefers?: readonly string[]
}

const ROUNDS = 60
const READING_SECONDS = 180

/** Answers the shipment once it is COMPLETED; says what it stood at when it never is. */
export async function drive(world: World, shipmentId: string, { prefers = [] }: Way = {}): Promise<Shipment> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await world.settled()
    const shipment = await look(world, shipmentId)
    if (shipment.status === 'COMPLETED') return shipment
    const open = shipment.tasks.filter(({ status }) => ['CREATED', 'ASSIGNED', 'IN_PROGRESS'].includes(status))
    for (const task of open) await work(world, shipment, task, prefers)
    if (open.length === 0) await bring(world, shipment, prefers)
  }
  const { status, tasks, occurrences } = await look(world, shipmentId)
  throw new Error(`Not completed: ${JSON.stringify({ status, tasks, occurrences })}`)
}

export const look = async (world: World, shipmentId: string): Promise<Shipment> =>
  ok((await world.as('OPERATIONS')).GET('/v1/shipments/{shipmentId}', { params: { path: { shipmentId } } }))

/** Ana does the work, and Ben decides on it. */
async function work(world: World, shipment: Shipment, task: Task, prefers: readonly string[]): Promise<void> {
  const path = { shipmentId: shipment.shipmentId }
  if (task.review) return accept(world, shipment.shipmentId, task.review)
  if (task.disagreements) {
    const api = await world.as('DOCUMENTATION')
    for (const check of new Set(task.disagreements.map((it) => it.check)))
      await ok(
        api.POST('/v1/shipments/{shipmentId}/document-waivers', {
          params: { path },
          body: { check, reason: 'The fixtures are of another shipment' },
        }),
      )
    return
  }
  const api = await world.as({ roles: [task.role], subject: task.approval ? 'ben' : 'ana' })
  const preferred = prefers.map((it) => it.replace(`${task.stepKey} `, ''))
  await ok(
    api.POST('/v1/tasks/{taskId}/completions', {
      params: { path: { taskId: task.taskId } },
      body: { data: formData(task.form as never, preferred) },
    }),
  )
}

async function accept(world: World, shipmentId: string, review: NonNullable<Task['review']>): Promise<void> {
  const api = await world.as('DOCUMENTATION')
  const path = { shipmentId, documentId: review.documentId }
  const fields = review.fields.filter(({ value }) => value !== undefined)
  if (fields.length > 0)
    await ok(
      api.POST('/v1/shipments/{shipmentId}/documents/{documentId}/corrections', {
        params: { path },
        body: { fields: fields.map(({ field, index }) => ({ decision: 'CONFIRM' as const, field, index })) } as never,
      }),
    )
  await ok(
    api.POST('/v1/shipments/{shipmentId}/documents/{documentId}/reviews', {
      params: { path },
      body: { decision: 'ACCEPT' },
    }),
  )
}

/**
 * What nobody has a task for: the papers that the SOP names, then the milestones, in the order in which they are drawn. On
 * a way other than the usual one they come one by one, so that what is preferred comes before what it replaces.
 */
async function bring(world: World, shipment: Shipment, prefers: readonly string[]): Promise<void> {
  const nodes = await nodesOf(world, shipment)
  const there = shipment.documents.map(({ documentType }) => documentType)
  const papers = new Set(nodes.flatMap(({ documentTypes = [] }) => documentTypes))
  for (const paper of papers) if (!there.includes(paper)) await send(world, shipment.shipmentId, paper)
  const reached = shipment.occurrences.map(({ milestone }) => milestone)
  const awaited = nodes.flatMap(({ step, milestone, or = [] }) =>
    step === 'awaitMilestone' && milestone
      ? [{ milestone: Milestone.parse(milestone), or: or.map((it) => Milestone.parse(it)) }]
      : [],
  )
  const missing = awaited.flatMap(({ milestone, or }) => {
    const instead = or.find((it) => prefers.includes(it) && !reached.includes(it))
    return instead ?? (reached.includes(milestone) ? [] : milestone)
  })
  for (const milestone of new Set(prefers.length === 0 ? missing : missing.slice(0, 1)))
    await report(world, shipment, milestone)
}

/** Of the shipment's own SOP, and of those that were started beside it. */
async function nodesOf(world: World, { shipmentId, sop }: Shipment) {
  if (!sop) throw new Error('No SOP was started')
  const api = await world.as('OPERATIONS')
  const { items } = await ok(
    api.GET('/v1/shipments/{shipmentId}/timeline', { params: { path: { shipmentId }, query: { limit: 1000 } } }),
  )
  const started = items.flatMap(({ type, data }) => (type === 'subprocess.started' ? [SopPin.parse(data)] : []))
  const graphs = [sop, ...started].map(({ sopId, version }) =>
    ok(
      api.GET('/v1/sops/{sopId}/versions/{version}', {
        params: { path: { sopId, version }, query: { format: 'graph' } },
      }),
    ),
  )
  return (await Promise.all(graphs)).flatMap(({ graph }) => graph?.nodes ?? [])
}

async function report(world: World, shipment: Shipment, milestone: Milestone): Promise<void> {
  const at = new Date().toISOString()
  // The view has what of header and detail an event needs: type, ends and legs.
  const state = { header: shipment, detail: shipment } as unknown as Parameters<typeof eventOf>[1]
  const event = { ...eventOf(milestone, state, at), source: 'TEST', eventId: `test-${milestone}` }
  const answer = (await world.as('OPERATIONS')).POST('/v1/shipments/{shipmentId}/events', {
    params: { path: { shipmentId: shipment.shipmentId } },
    body: event as never,
  })
  expect(await ok(answer)).toMatchObject({ milestone })
}

async function send(world: World, shipmentId: string, documentType: DocumentType): Promise<void> {
  const bytes = await fileFor(documentType)
  const api = await world.as('DOCUMENTATION')
  const path = { shipmentId }
  const announced = await ok(
    api.POST('/v1/shipments/{shipmentId}/documents', {
      params: { path },
      body: {
        documentType,
        contentType: 'application/pdf',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('base64'),
        fileName: `${documentType}.pdf`,
      },
    }),
  )
  const form = new FormData()
  for (const [name, value] of Object.entries(announced.upload.fields)) form.append(name, value)
  form.append('file', new Blob([new Uint8Array(bytes)], { type: 'application/pdf' }), `${documentType}.pdf`)
  const { status } = await fetch(announced.upload.url, { method: 'POST', body: form })
  expect(status).toBe(201)
  await eventually(
    async () => (await look(world, shipmentId)).documents.find((it) => it.documentId === announced.documentId)?.status,
    (seen) => seen === 'VERIFIED' || seen === 'NEEDS_REVIEW',
    READING_SECONDS,
    250,
  )
}

const fixture = (name: string) => readFileSync(join(__dirname, '../fixtures/documents', name))
const FIXTURES: Partial<Record<DocumentType, () => Uint8Array | Promise<Uint8Array>>> = {
  '380': () => fixture('commercial-invoice.pdf'),
  '705': () => fixture('bill-of-lading.pdf'),
  '271': () => fixture('packing-list-two-pages.pdf'),
  '737': async () => (await proofOfDelivery()).bytes,
}

async function fileFor(documentType: DocumentType): Promise<Uint8Array> {
  const made = FIXTURES[documentType]
  if (made) return made()
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.HelveticaBold)
  document
    .addPage([595, 842])
    .drawText(DOCUMENT_TYPE_NAME[documentType].toUpperCase(), { x: 60, y: 760, size: 20, font })
  return document.save()
}
