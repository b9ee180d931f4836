/** Rules of a shipment's creation, amendment and end. Pure. */
import { CHARGES, SEA_ONLY_INCOTERMS } from '../../schemas/codes'
import type {
  AmendShipment,
  ChargeLine,
  CreateShipment,
  ShipmentDetail,
  ShipmentHeader,
  ShipmentStatus,
} from '../../schemas/shipment'
import { OPEN_TASK_STATUSES } from '../../schemas/task'
import type { Fact } from '../../schemas/timeline'
import { AppError, type FieldError, invalid } from '../platform/errors'
import { occurrenceOf, reachedByContainers } from '../tracking/domain'
import type { Decision, ShipmentState } from './store'

export const TRANSITIONS = {
  DRAFT: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: ['IN_PROGRESS', 'ON_HOLD', 'CANCELLED', 'COMPLETED'],
  IN_PROGRESS: ['COMPLETED', 'ON_HOLD', 'CANCELLED'],
  ON_HOLD: ['CONFIRMED', 'IN_PROGRESS', 'CANCELLED'],
  COMPLETED: ['CLOSED', 'REOPENED'],
  CLOSED: ['REOPENED'],
  REOPENED: ['COMPLETED', 'CANCELLED'],
  CANCELLED: [],
} as const satisfies Record<ShipmentStatus, readonly ShipmentStatus[]>

export const mayBecome = (from: ShipmentStatus, to: ShipmentStatus) =>
  (TRANSITIONS[from] as readonly ShipmentStatus[]).includes(to)

const field = (pointer: string, code: string, message: string): FieldError => ({ pointer, code, message })

/** ISO 6346: letters count from 10 without multiples of 11, weights are powers of two, remainder of 11, 10 reads 0. */
export function containerCheckDigit(number: string): number {
  const values = [...number.slice(0, 10)].map((character) => {
    if (character <= '9') return Number(character)
    const place = character.charCodeAt(0) - 65
    return 10 + place + Math.floor((place + 9) / 10)
  })
  return (values.reduce((sum, value, index) => sum + value * 2 ** index, 0) % 11) % 10
}

const checkDigitError = (number: string | undefined, pointer: string): FieldError[] => {
  if (number === undefined || containerCheckDigit(number) === Number(number[10])) return []
  return [
    field(pointer, 'container.check_digit', `the ISO 6346 check digit of ${number} is ${containerCheckDigit(number)}`),
  ]
}

type Plan = Pick<CreateShipment, 'legs' | 'containers' | 'cutOffs'>

function planErrors(plan: Partial<Plan>): FieldError[] {
  const legs = plan.legs ?? []
  return [
    ...legs.flatMap((leg, index) => [
      ...(leg.from.unLocode === leg.to.unLocode && leg.from.facilityCode === leg.to.facilityCode && leg.mode !== 'TRUCK'
        ? [field(`/legs/${index}/to/unLocode`, 'leg.goes_nowhere', 'a leg ends elsewhere than it starts')]
        : []),
      ...(leg.departure && leg.arrival && leg.departure > leg.arrival
        ? [field(`/legs/${index}/arrival`, 'leg.arrives_before_departure', 'arrival lies before departure')]
        : []),
      ...(index > 0 && legs[index - 1]?.to.unLocode !== leg.from.unLocode
        ? [field(`/legs/${index}/from/unLocode`, 'leg.gap', 'a leg starts where the one before ends')]
        : []),
    ]),
    ...(plan.containers ?? []).flatMap((container, index) =>
      checkDigitError(container.number, `/containers/${index}/number`),
    ),
    ...duplicates(
      (plan.containers ?? []).map((container) => container.number),
      (index) => `/containers/${index}/number`,
      'container.twice',
    ),
    ...duplicates(
      (plan.cutOffs ?? []).map((cutOff) => cutOff.code),
      (index) => `/cutOffs/${index}/code`,
      'cut_off.twice',
    ),
  ]
}

function duplicates(values: (string | undefined)[], pointer: (index: number) => string, code: string): FieldError[] {
  return values.flatMap((value, index) =>
    value !== undefined && values.indexOf(value) !== index
      ? [field(pointer(index), code, `${value} stands twice`)]
      : [],
  )
}

/** Rules that no single field's schema can hold. Places are checked apart, because a tenant may have its own. */
export function creationErrors(command: CreateShipment): FieldError[] {
  const sea = command.mode === 'MARITIME' || command.mode === 'INLAND_WATER'
  return [
    ...planErrors(command),
    ...(SEA_ONLY_INCOTERMS.includes(command.incoterm.rule) && !sea
      ? [field('/incoterm/rule', 'incoterm.sea_only', `${command.incoterm.rule} is for sea and inland waterway only`)]
      : []),
    ...loadErrors(command),
    ...(Buffer.byteLength(JSON.stringify(command)) > MAX_BYTES
      ? [field('', 'shipment.too_large', `a shipment has at most ${MAX_BYTES} bytes`)]
      : []),
    ...duplicates(
      command.chargeLines.map((line) => line.chargeId),
      (index) => `/chargeLines/${index}/chargeId`,
      'charge.twice',
    ),
  ]
}

/** Its detail is one item of the table, which holds 400 KB. */
const MAX_BYTES = 300_000

/** Cargo and containers belong together. */
function loadErrors(load: Pick<CreateShipment, 'loadType' | 'containers' | 'cargoItems'>): FieldError[] {
  const numbers = load.containers.flatMap((container) => container.number ?? [])
  return [
    ...(load.loadType === 'FCL' && load.containers.length === 0
      ? [field('/containers', 'containers.required', 'a full container load has at least one container')]
      : []),
    ...load.cargoItems.flatMap((item, index) => [
      ...checkDigitError(item.containerNumber, `/cargoItems/${index}/containerNumber`),
      ...(item.containerNumber !== undefined && !numbers.includes(item.containerNumber)
        ? [field(`/cargoItems/${index}/containerNumber`, 'container.unknown', 'names no container of this shipment')]
        : []),
    ]),
  ]
}

/** Incomplete, not invalid. */
export function warningsOf(command: CreateShipment): FieldError[] {
  const warn = (missing: boolean, pointer: string, code: string, message: string) =>
    missing ? [field(pointer, code, message)] : []
  return [
    ...warn(
      !command.promisedDelivery && !command.requestedDelivery,
      '/promisedDelivery',
      'delivery.no_promise',
      'without a promised or requested window OTIF leaves this shipment out',
    ),
    ...warn(
      !command.legs.some((leg) => leg.departure),
      '/legs',
      'legs.no_departure',
      'due dates relative to ETD need a planned departure',
    ),
    ...command.cargoItems.flatMap((item, index) =>
      warn(!item.hsCode, `/cargoItems/${index}/hsCode`, 'cargo.no_hs_code', 'customs will ask for the HS code'),
    ),
    ...command.containers.flatMap((container, index) =>
      warn(!container.number, `/containers/${index}/number`, 'container.no_number', 'add the number when it is known'),
    ),
  ]
}

/** Gives every charge line an id: its own, or `c` and its place. */
export function numberCharges(lines: CreateShipment['chargeLines']): ChargeLine[] {
  const taken = new Set(lines.flatMap((line) => line.chargeId ?? []))
  let next = 1
  return lines.map((line) => {
    let chargeId = line.chargeId
    while (chargeId === undefined) {
      const candidate = `c${next}`
      next += 1
      if (!taken.has(candidate)) chargeId = candidate
    }
    return { ...line, chargeId, description: line.description ?? CHARGES[line.code].name }
  })
}

/** A new shipment from a command that has no errors. */
export function createShipment(
  command: CreateShipment,
  shipmentId: string,
  now: string,
): { header: ShipmentHeader; detail: ShipmentDetail; fact: Fact } {
  const { type, mode, loadType, clientReference, customer, orderedAt, chargeLines, ...detail } = command
  const first = command.legs[0]
  const last = command.legs.at(-1)
  if (!first || !last) throw invalid([field('/legs', 'legs.required', 'at least one leg')])
  const route = { from: first.from.unLocode, to: last.to.unLocode }
  const identity = { type, mode, loadType, customer, ...route, ...(clientReference ? { clientReference } : {}) }
  return {
    header: {
      shipmentId,
      version: 1,
      status: 'CONFIRMED',
      ...identity,
      ...scheduleOf(command.legs),
      orderedAt: orderedAt ?? now,
      createdAt: now,
      organizations: [...new Set(command.parties.flatMap((party) => party.organizationId ?? []))],
    },
    detail: { ...detail, chargeLines: numberCharges(chargeLines) },
    fact: { type: 'shipment.created', data: identity },
  }
}

/** ETD of the main carriage (else of the first leg that has one) and ETA of the last leg that has one. */
function scheduleOf(legs: CreateShipment['legs']): Pick<ShipmentHeader, 'departure' | 'arrival'> {
  const main = legs.find((leg) => leg.mode !== 'TRUCK' && leg.departure) ?? legs.find((leg) => leg.departure)
  const arrival = legs.findLast((leg) => leg.arrival)?.arrival
  return { ...(main?.departure ? { departure: main.departure } : {}), ...(arrival ? { arrival } : {}) }
}

const ended: readonly ShipmentStatus[] = ['CANCELLED', 'COMPLETED', 'CLOSED']

/** Given members replace the stored ones whole. The route's ends stay: another route is another shipment. */
export function decideAmend(state: ShipmentState, change: AmendShipment): Decision {
  if (ended.includes(state.header.status))
    throw new AppError('conflict', 'shipment.ended', `A ${state.header.status} shipment cannot be amended`)
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const detail = { ...state.detail, ...given }
  const errors = [...planErrors(given), ...loadErrors({ ...detail, loadType: state.header.loadType })]
  if (change.promisedDelivery && occurrenceOf(state.timeline, 'DELIVERED'))
    errors.push(
      field('/promisedDelivery', 'delivery.judged', 'a delivery is judged by the promise that stood before it'),
    )
  if (
    change.legs &&
    (change.legs[0]?.from.unLocode !== state.header.from || change.legs.at(-1)?.to.unLocode !== state.header.to)
  )
    errors.push(field('/legs', 'legs.other_route', `the route stays ${state.header.from} to ${state.header.to}`))
  if (errors.length > 0) throw invalid(errors)
  return {
    facts: [
      { type: 'shipment.amended', data: { changed: Object.keys(given) } },
      ...(change.containers ? reachedByContainers({ ...state, detail }) : []),
    ],
    detail,
    ...(change.legs ? { header: { departure: undefined, arrival: undefined, ...scheduleOf(change.legs) } } : {}),
  }
}

/** Ends a shipment and the tasks that are still open. Cancelling a cancelled one changes nothing. */
export function decideCancel(state: ShipmentState, reason: string, now: string): Decision {
  if (state.header.status === 'CANCELLED') return { facts: [] }
  if (!mayBecome(state.header.status, 'CANCELLED'))
    throw new AppError('conflict', 'shipment.not_cancellable', `A ${state.header.status} shipment cannot be cancelled`)
  const open = state.tasks.filter((task) => OPEN_TASK_STATUSES.includes(task.status))
  return {
    header: { status: 'CANCELLED' },
    tasks: open.map((task) => ({ ...task, status: 'CANCELLED', closedAt: now, reason })),
    facts: [
      { type: 'shipment.cancelled', data: { reason } },
      ...open.map(
        ({ taskId, stepKey, role }): Fact => ({ type: 'task.cancelled', data: { taskId, stepKey, role, reason } }),
      ),
    ],
  }
}
