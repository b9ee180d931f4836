/**
 * What is waited for can come. The definition is run in the abstract: a state is entered when one before it is done, and
 * a wait for what the SOP itself brings is done only once a state that brings it is done. What was entered and can never
 * be done is stuck, whatever the order in which things happen.
 */
import type { SopStep } from '../../../../schemas/sop'
import type { SopFinding } from '../../../../schemas/sop-finding'
import {
  branchesOf,
  catchersOf,
  type Flow,
  isEnd,
  isWait,
  type Place,
  placesOf,
  stepOf,
} from '../../../sops/domain/flow'
import { CATALOGUE } from '../../../tracking/codes'
import { finding } from './advice'
import { followers } from './deadlines'

/** Something that comes: `milestone LOADED`, `document 380`, `task pack-goods`; or one of several. */
type Thing = string
const OR = ' or '

function awaited(step: SopStep): Thing[] {
  if (step.step === 'awaitMilestone')
    return [[step.milestone, ...(step.or ?? [])].map((it) => `milestone ${it}`).join(OR)]
  if (step.step === 'approve') return step.notBy.map((key) => `task ${key}`)
  if (step.step === 'awaitDocument') return [`document ${step.documentType}`]
  if (step.step === 'requireConsistentDocuments') return step.documentTypes.map((type) => `document ${type}`)
  return []
}

function brought(step: SopStep): Thing[] {
  if (step.step === 'recordMilestone') return [`milestone ${step.milestone}`]
  if (step.step === 'assignTask') return [`task ${step.key}`, ...(step.records ? [`milestone ${step.records}`] : [])]
  if (step.step === 'approve' || step.step === 'screenParties') return [`task ${step.key}`]
  if (step.step === 'requestDocument') return [`document ${step.documentType}`]
  return []
}

const REPORTED = new Set<Thing>(CATALOGUE.map(({ milestone }) => `milestone ${milestone}`))

/** States that bring each thing. */
function bringers(places: readonly Place[]): Map<Thing, Place[]> {
  const found = new Map<Thing, Place[]>()
  for (const place of places)
    for (const thing of brought(stepOf(place) ?? NOTHING)) found.set(thing, [...(found.get(thing) ?? []), place])
  return found
}
const NOTHING: SopStep = { step: 'completeShipment', key: 'x', tenantId: 'x', shipmentId: 'x' }

export function order(root: Flow): SopFinding[] {
  const places = placesOf(root)
  const bringing = bringers(places)
  const stuck = stuckIn(root, bringing)
  return stuck.flatMap(({ place, thing }) => {
    const sources = thing.split(OR).flatMap((one) => bringing.get(one) ?? [])
    const at = `${place.pointer}/Arguments/Payload`
    if (sources.length === 0)
      return [finding(at, 'UNPRODUCIBLE', `${place.name} waits for the ${thing}, which nothing brings`)]
    const names = sources.map(({ name }) => name).join(', ')
    return sources.every((source) => !entered(root, bringing, source) && sameLine(source, place))
      ? [finding(at, 'WAITS_FOR_LATER', `${place.name} waits for the ${thing}, which ${names} brings after it`)]
      : [
          finding(
            at,
            'DEADLOCK',
            `${place.name} waits for the ${thing}, and ${names}, which brings it, waits for this branch`,
          ),
        ]
  })
}

/** Whether nothing but the one can come before the other: they are of one flow, or of a flow around it. */
const sameLine = (source: Place, wait: Place) =>
  wait.flow.pointer.startsWith(source.flow.pointer) || source.flow.pointer.startsWith(wait.flow.pointer)

interface Run {
  entered: Set<string>
  done: Set<string>
}

function stuckIn(root: Flow, bringing: Map<Thing, Place[]>): { place: Place; thing: Thing }[] {
  const { entered: begun, done } = run(root, bringing)
  return placesOf(root)
    .filter(({ pointer }) => begun.has(pointer) && !done.has(pointer))
    .flatMap((place) => missing(place, bringing, done).map((thing) => ({ place, thing })))
}

const entered = (root: Flow, bringing: Map<Thing, Place[]>, place: Place) =>
  run(root, bringing).entered.has(place.pointer)

/** What a wait still lacks. Partners may send documents unasked, so one that no step asks for may come at any time. */
function missing(place: Place, bringing: Map<Thing, Place[]>, done: ReadonlySet<string>): Thing[] {
  const step = isWait(place) ? stepOf(place) : undefined
  return awaited(step ?? NOTHING).filter((thing) => {
    return thing.split(OR).every((one) => {
      const sources = bringing.get(one)
      if (sources) return !sources.some(({ pointer }) => done.has(pointer))
      return one.startsWith('milestone ') && !REPORTED.has(one)
    })
  })
}

/** The least fixed point: everything that can come to be entered and done. */
function run(root: Flow, bringing: Map<Thing, Place[]>): Run {
  const state: Run = { entered: new Set(), done: new Set() }
  for (let before = -1; before < state.entered.size + state.done.size; ) {
    before = state.entered.size + state.done.size
    walk(root, bringing, state)
  }
  return state
}

function walk(flow: Flow, bringing: Map<Thing, Place[]>, state: Run) {
  const enter = (name: string) => {
    const place = flow.places.get(name)
    if (place) state.entered.add(place.pointer)
  }
  enter(flow.startAt)
  for (const place of flow.places.values()) {
    if (!state.entered.has(place.pointer)) continue
    const branches = branchesOf(place)
    for (const branch of branches) walk(branch, bringing, state)
    const joined = branches.every((branch) =>
      [...branch.places.values()].some((it) => isEnd(it) && state.done.has(it.pointer)),
    )
    if (joined && missing(place, bringing, state.done).length === 0) state.done.add(place.pointer)
    if (state.done.has(place.pointer)) followers(place).forEach(enter)
    if (!isWait(place)) continue
    for (const { errors, next } of catchersOf(place)) if (errors.includes('States.Timeout')) enter(next)
  }
}
