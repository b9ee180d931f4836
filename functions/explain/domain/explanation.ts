/** An explanation, put together. Pure. */
import type { Json } from '../../../engine/json'
import type { Explanation, Reason } from '../../../schemas/explanation'
import type { SopPin } from '../../../schemas/shipment'
import type { TimelineEntry } from '../../../schemas/timeline'
import type { People } from '../../people/domain/calendars'
import { entriesOf } from '../../platform/timeline'
import { timelineView } from '../../shipments/perspective'
import type { ShipmentState } from '../../shipments/store'
import { flowOf, payloadOf, placesOf } from '../../sops/domain/flow'
import { currentPin, processOf, within } from '../../sops/domain/runs'
import { isAdHoc } from '../../tasks/domain/delegation'
import { reasonsForCharge, reasonsForException, reasonsForMilestone, reasonsForNotice } from './others'
import type { Subject } from './subject'
import { reasonsForTask } from './task'

/** The step of an SOP that decided, and the version that ran then. */
export interface Decider {
  pin: Pick<SopPin, 'sopId' | 'version' | 'versionArn'>
  /** As the definition has it: within a sub-process, without the key of that. */
  stepKey: string
}

/** Nothing for what people, sources and the system itself decided. */
export function deciderOf(subject: Subject, { header, timeline }: ShipmentState): Decider | undefined {
  const stepKey = stepKeyOf(subject)
  const at = subject.entries.at(0)?.sequence ?? 0
  if (stepKey === undefined) return undefined
  const before = timeline.filter(({ sequence }) => sequence < at)
  const process = processOf(stepKey)
  if (process !== undefined) {
    const pin = currentPin({ header, timeline: before }, process)
    return pin && { pin, stepKey: stepKey.slice(within(process, '').length) }
  }
  const pins = entriesOf(before, 'sop.started', 'sop.restarted')
  const pin = pins.map((entry) => (entry.type === 'sop.started' ? entry.data : entry.data.to)).at(-1)
  return pin && { pin, stepKey }
}

function stepKeyOf(subject: Subject): string | undefined {
  switch (subject.kind) {
    case 'TASK':
      return isAdHoc(subject.task) || subject.task.review || subject.task.disagreements
        ? undefined
        : subject.task.stepKey
    case 'EXCEPTION':
      return subject.raised.data.stepKey
    case 'NOTICE':
      return subject.sent.data.stepKey
    case 'CHARGE':
      return entriesOf(subject.entries, 'charge.added').at(0)?.data.stepKey
    case 'MILESTONE':
      return undefined
    case 'ENTRY':
      return 'stepKey' in subject.entry.data ? subject.entry.data.stepKey : undefined
  }
}

/** The state that takes the step; undefined where the definition has none with this key. */
export function stateOf(
  definition: Json,
  stepKey: string,
): Required<Pick<Sop, 'state' | 'pointer' | 'step'>> | undefined {
  const place = placesOf(flowOf(definition)).find((it) => payloadOf(it).key === stepKey)
  if (!place) return undefined
  const { tenantId: _, shipmentId: __, token: ___, ...step } = payloadOf(place)
  return { state: place.name, pointer: place.pointer, step }
}
type Sop = NonNullable<Explanation['sop']>

export interface Known {
  state: ShipmentState
  people: People
  viewer: string | undefined
  decider: Decider | undefined
  definition: Json | undefined
}

export function explain(
  id: string,
  subject: Subject,
  { state, people, viewer, decider, definition }: Known,
): Explanation {
  const first = subject.entries.at(0) ?? state.timeline[0]
  const found = decider && definition !== undefined ? stateOf(definition, decider.stepKey) : undefined
  const sop = viewer === undefined && decider && (found || subject.kind !== 'EXCEPTION')
  const entries = timelineView(subject.entries, viewer)
  return {
    id,
    kind: subject.kind,
    shipmentId: state.header.shipmentId,
    summary: summaryOf(subject),
    decidedAt: first?.recordedAt ?? state.header.createdAt,
    by: entries[0]?.actor ?? { kind: 'SYSTEM', id: '' },
    ...(sop
      ? { sop: { sopId: decider.pin.sopId, version: decider.pin.version, stepKey: decider.stepKey, ...found } }
      : {}),
    reasons: reasonsOf(subject, state, people, viewer, found?.step),
    entries,
  }
}

function reasonsOf(
  subject: Subject,
  state: ShipmentState,
  people: People,
  viewer: string | undefined,
  step: Record<string, unknown> | undefined,
): Reason[] {
  switch (subject.kind) {
    case 'TASK':
      return reasonsForTask(subject, state, people)
    case 'EXCEPTION':
      return reasonsForException(subject, state, step, people)
    case 'NOTICE':
      return reasonsForNotice(subject, state)
    case 'CHARGE':
      return reasonsForCharge(subject, state, viewer)
    case 'MILESTONE':
      return reasonsForMilestone(subject, state)
    case 'ENTRY':
      return []
  }
}

function summaryOf(subject: Subject): string {
  switch (subject.kind) {
    case 'TASK':
      return `${subject.task.title}: ${subject.task.status}`
    case 'EXCEPTION':
      return subject.raised.data.reason
    case 'NOTICE':
      return subject.sent.data.message
    case 'CHARGE':
      return `Charge ${subject.charge.chargeId}, ${subject.charge.description ?? subject.charge.code}`
    case 'MILESTONE':
      return subject.occurrence.occurrenceId
    case 'ENTRY':
      return describe(subject.entry)
  }
}

const describe = ({ type, actor }: TimelineEntry) => `${type} by ${actor.kind === 'SYSTEM' ? actor.id : actor.kind}`
