/** Payloads against the vocabulary, and what steps say of each other. */
import type * as z from 'zod'
import { type Json, textOf } from '../../../../engine/json'
import { SopStep } from '../../../../schemas/sop'
import type { SopFinding, SopFindingCode } from '../../../../schemas/sop-finding'
import { pointerOf } from '../../../platform/errors'
import { offsetMs } from '../../../sops/domain/anchors'
import { isTask, listOr, type Place, payloadOf, samplePayload, stepOf } from '../../../sops/domain/flow'
import { finding } from './advice'

/** What an argument names, by its own name; the innermost name on the way counts. */
const NAMED: Record<string, SopFindingCode> = {
  step: 'UNKNOWN_STEP',
  role: 'UNKNOWN_ROLE',
  owner: 'UNKNOWN_ROLE',
  code: 'UNKNOWN_CHARGE_CODE',
  anchor: 'UNKNOWN_ANCHOR',
  milestone: 'UNKNOWN_MILESTONE',
  records: 'UNKNOWN_MILESTONE',
  or: 'UNKNOWN_MILESTONE',
  billableOn: 'UNKNOWN_MILESTONE',
  documentType: 'UNKNOWN_DOCUMENT_TYPE',
  documentTypes: 'UNKNOWN_DOCUMENT_TYPE',
  from: 'UNKNOWN_PARTY',
  counterparty: 'UNKNOWN_PARTY',
  audience: 'UNKNOWN_PARTY',
  template: 'UNKNOWN_TEMPLATE',
  sop: 'UNKNOWN_SOP',
}
/** They may look, but complete no task. */
const IDLE = ['AUDITOR', 'INTEGRATION']

export const steps = (places: readonly Place[]): SopFinding[] => {
  const tasks = places.filter(isTask)
  return [
    ...namesakes(places),
    ...tasks.flatMap(payload),
    ...tasks.flatMap(idle),
    ...tasks.flatMap(momentless),
    ...duplicates(tasks),
    ...concerned(tasks),
  ]
}

/** Histories name states by their names alone, so a name is unique in the whole machine. */
const namesakes = (places: readonly Place[]): SopFinding[] =>
  places
    .filter((place, index) => places.findIndex(({ name }) => name === place.name) < index)
    .map(({ pointer, name }) => finding(pointer, 'DUPLICATE_STATE_NAME', `Another state is called ${name}`))

const argument = (place: Place, path: readonly PropertyKey[]) => `${place.pointer}/Arguments/Payload${pointerOf(path)}`

function payload(place: Place): SopFinding[] {
  const parsed = SopStep.safeParse(samplePayload(place))
  // Who is asked, and the token, are the boundary's.
  const ours = (parsed.error?.issues ?? []).filter(
    ({ path: [first] }) => !/^(tenantId|shipmentId|token)$/.test(String(first)),
  )
  return ours.flatMap((issue) => explained(place, issue))
}

function explained(place: Place, issue: z.core.$ZodIssue): SopFinding[] {
  const { path, code, message } = issue
  if (code === 'unrecognized_keys')
    return issue.keys
      .filter((key) => key !== 'token')
      .map((key) => finding(argument(place, [...path, key]), 'UNKNOWN_ARGUMENT', `The step takes no ${key}`))
  const value = path.reduce<unknown>((inside, key) => Object(inside)[key], payloadOf(place))
  const at = argument(place, path)
  const name = String(path.findLast((part) => typeof part === 'string'))
  if (value === undefined) return [finding(at, 'MISSING_ARGUMENT', `The step needs ${name}`)]
  if (typeof value === 'string' && value.startsWith('{%'))
    return [finding(at, 'COMPUTED_ARGUMENT', `${name} can not be computed`)]
  const unknown = NAMED[name]
  if (unknown && typeof value === 'string') return [finding(at, unknown, `${value} is unknown`)]
  return [finding(at, 'INVALID_ARGUMENT', `${name}: ${message}`)]
}

function idle(place: Place): SopFinding[] {
  const step = stepOf(place)
  if (!step || !('role' in step) || !IDLE.includes(step.role)) return []
  return [finding(argument(place, ['role']), 'IDLE_ROLE', `Nobody with the role ${step.role} works on tasks`)]
}

/** A wait for the moment at which it begins is over at once. */
function momentless(place: Place): SopFinding[] {
  const step = stepOf(place)
  if (step?.step !== 'waitUntil' || step.due.anchor !== 'STEP') return []
  const { offset, businessHours = 0 } = step.due
  if ((offset !== undefined && offsetMs(offset) > 0) || businessHours > 0) return []
  return [finding(argument(place, ['due']), 'NO_MOMENT', `${place.name} waits for the moment at which it begins`)]
}

function duplicates(tasks: readonly Place[]): SopFinding[] {
  const first = new Map<string, Place>()
  return tasks.flatMap((place) => {
    const { key } = payloadOf(place)
    if (typeof key !== 'string') return []
    const other = first.get(key)
    if (!other) first.set(key, place)
    return other ? [finding(argument(place, ['key']), 'DUPLICATE_KEY', `${other.name} has the key ${key} as well`)] : []
  })
}

/** What an exception is about, and what a decision is on, are steps of this SOP. */
function concerned(tasks: readonly Place[]): SopFinding[] {
  const keys = new Set(tasks.map((place) => payloadOf(place).key))
  return tasks.flatMap((place) => {
    const { concerns, notBy } = payloadOf(place)
    const named: [string[], Json][] = [
      ...(concerns === undefined ? [] : [[['concerns'], concerns] satisfies [string[], Json]]),
      ...listOr(notBy).map((key, index): [string[], Json] => [['notBy', String(index)], key]),
    ]
    return named
      .filter(([, key]) => !keys.has(key))
      .map(([path, key]) => finding(argument(place, path), 'UNKNOWN_STEP_KEY', `No step has the key ${textOf(key)}`))
  })
}
