/** A definition as a graph, and as an outline to read. */
import { type JsonObject, textOf } from '../../../engine/json'
import { DOCUMENT_TYPE_NAME } from '../../../schemas/codes'
import type { SopStep } from '../../../schemas/sop'
import type { SopEdge, SopGraph, SopNode } from '../../../schemas/sop-draft'
import { dueText } from '../../sops/domain/anchors'
import {
  branchesOf,
  catchersOf,
  type Flow,
  flowOf,
  isWait,
  listOr,
  objectOr,
  type Place,
  placesOf,
  stepOf,
} from '../../sops/domain/flow'
import { followers } from './validation/deadlines'

export function graphOf(definition: JsonObject): SopGraph {
  const root = flowOf(definition)
  const places = placesOf(root)
  return { startAt: root.startAt, nodes: places.map(nodeOf), edges: places.flatMap(edgesOf) }
}

function nodeOf(place: Place): SopNode {
  const { name, pointer, state, flow } = place
  const step = stepOf(place)
  const within = flow.parent
  return {
    id: name,
    pointer,
    type: textOf(state.Type),
    waits: isWait(place),
    ...(within ? { within: within.name, branch: Number(flow.pointer.split('/').at(-1)) } : {}),
    ...(step ? { step: step.step, key: step.key, ...aboutStep(step) } : {}),
  }
}

function aboutStep(step: SopStep): Partial<SopNode> {
  const documentTypes =
    'documentType' in step ? [step.documentType] : 'documentTypes' in step ? step.documentTypes : undefined
  const milestone = 'milestone' in step ? step.milestone : 'records' in step ? step.records : undefined
  const role = 'role' in step ? step.role : 'owner' in step ? step.owner : undefined
  return {
    ...('title' in step ? { title: step.title } : {}),
    ...('due' in step ? { due: step.due } : {}),
    ...(role ? { role } : {}),
    ...(milestone ? { milestone } : {}),
    ...('or' in step && step.or ? { or: step.or } : {}),
    ...(documentTypes ? { documentTypes } : {}),
    ...('notBy' in step ? { notBy: step.notBy } : {}),
    ...('sop' in step ? { starts: step.sop } : {}),
  }
}

function edgesOf(place: Place): SopEdge[] {
  const { name: from, state } = place
  const choices = new Set(listOr(state.Choices).map((choice) => objectOr(choice).Next))
  return [
    ...followers(place).map((to): SopEdge => ({ from, to, kind: choices.has(to) ? 'CHOICE' : 'NEXT' })),
    ...catchersOf(place).map(
      ({ errors, next }): SopEdge => ({
        from,
        to: next,
        kind: errors.includes('States.Timeout') ? 'TIMEOUT' : 'FAILURE',
      }),
    ),
    ...branchesOf(place).map(({ startAt }): SopEdge => ({ from, to: startAt, kind: 'BRANCH' })),
  ]
}

/** One line a state in the order in which things happen; what is done when a deadline passes stands in its line. */
export const outlineOf = (definition: JsonObject): string[] => linesOf(flowOf(definition), '', '')

function linesOf(flow: Flow, number: string, indent: string): string[] {
  return inOrder(flow).flatMap((place, index) => {
    const own = `${number}${index + 1}`
    const branches = branchesOf(place).flatMap((branch, at) => {
      const inner = `${own}${String.fromCharCode(97 + at)}`
      return [`${indent}  ${inner} ${branch.comment ?? 'Branch'}`, ...linesOf(branch, `${inner}.`, `${indent}    `)]
    })
    return [`${indent}${own} ${lineOf(place)}`, ...branches]
  })
}

/** From StartAt along what follows when nothing fails; each state once. */
function inOrder(flow: Flow): Place[] {
  const seen = new Set<string>()
  const open = [flow.startAt]
  const places: Place[] = []
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    const place = flow.places.get(name)
    if (!place || seen.has(name)) continue
    seen.add(name)
    places.push(place)
    open.push(...followers(place))
  }
  return places
}

const worded = (name: string) => name.replace(/(?!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)

function lineOf(place: Place): string {
  const step = stepOf(place)
  const parts = [worded(place.name)]
  if (!step)
    return place.state.Type === 'Parallel' ? `${parts[0]}, all at once:` : `${parts[0]} (${textOf(place.state.Type)})`
  if ('role' in step) parts.push(step.role)
  if ('milestone' in step) parts.push(`${step.step === 'recordMilestone' ? 'records' : 'until'} ${step.milestone}`)
  if ('or' in step && step.or) parts.push(`or ${step.or.join(', ')}`)
  if ('notBy' in step) parts.push(`not by who did ${step.notBy.join(', ')}`)
  if ('sop' in step) parts.push(`starts ${step.sop}`)
  if ('documentType' in step) parts.push(`${DOCUMENT_TYPE_NAME[step.documentType]} (${step.documentType})`)
  if ('documentTypes' in step) parts.push(`documents ${step.documentTypes.join(', ')} agree`)
  if ('from' in step) parts.push(`from ${step.from}`)
  if ('records' in step && step.records) parts.push(`records ${step.records}`)
  if ('audience' in step) parts.push(`${step.template} to ${step.audience.join(', ')}`)
  if ('due' in step) parts.push(`due ${dueText(step.due)}`)
  return [parts.join(' · '), ...late(place)].join(' — ')
}

function late(place: Place): string[] {
  const way = catchersOf(place).find(({ errors }) => errors.includes('States.Timeout'))
  const raise = way && place.flow.places.get(way.next)
  const step = raise && stepOf(raise)
  return step?.step === 'raiseException' ? [`when late: ${step.severity}, ${step.owner}: ${step.reason}`] : []
}
