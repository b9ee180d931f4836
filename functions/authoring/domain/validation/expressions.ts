/** Expressions name only what an execution has. */
import type { Json } from '../../../../engine/json'
import { expressionOf, parseJsonata } from '../../../../engine/jsonata'
import { regexCost } from '../../../../engine/regex-cost'
import { SopInput, StartAnchor } from '../../../../schemas/sop'
import type { SopFinding, SopFindingCode } from '../../../../schemas/sop-finding'
import { pointerOf } from '../../../platform/errors'
import { listOr, objectOr, type Place } from '../../../sops/domain/flow'
import { finding } from './advice'

/** Functions of JSONata, and what Step Functions adds to them. It takes `$eval` away. */
const FUNCTIONS = new Set(
  (
    'string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace ' +
    'base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl number abs floor ceil round power ' +
    'sqrt random formatNumber formatBase formatInteger parseInteger sum max min average boolean not exists count append sort ' +
    'reverse shuffle distinct zip keys lookup spread merge sift each error assert type now millis fromMillis toMillis map ' +
    'filter single reduce partition range hash parse uuid'
  ).split(' '),
)

type Shape = true | { [name: string]: Shape }
const leaves = (...names: string[]): Record<string, true> =>
  Object.fromEntries(names.map((name): [string, true] => [name, true]))

/** What every execution of an SOP has; below a leaf anything may follow. */
const CONTEXT: Shape = {
  Execution: {
    ...leaves('Id', 'Name', 'RoleArn', 'StartTime', 'RedriveCount'),
    Input: {
      ...leaves('tenantId', 'shipmentId', 'version'),
      anchors: leaves(...StartAnchor.options),
      facts: leaves(...Object.keys(SopInput.shape.facts.shape)),
    },
  },
  StateMachine: leaves('Id', 'Name'),
  State: leaves('Name', 'EnteredTime', 'RetryCount'),
  Task: leaves('Token'),
}

/** A node of the tree that JSONata makes of an expression; we look at few of its members. */
interface Node {
  type?: string
  value?: unknown
  steps?: Node[]
  procedure?: Node
  lhs?: unknown
  rhs?: Node
  body?: Node
  arguments?: Node[]
}

export function expressions(places: readonly Place[]): SopFinding[] {
  const assigned = new Set(places.flatMap(({ state }) => assignedBy(state)))
  return places.flatMap((place) => {
    const { Branches: _, ...own } = place.state
    return within(own, place.pointer, [], assigned)
  })
}

const assignedBy = (state: Place['state']): string[] => [
  ...Object.keys(objectOr(state.Assign)),
  ...['Catch', 'Choices'].flatMap((field) =>
    listOr(state[field]).flatMap((it) => Object.keys(objectOr(objectOr(it).Assign))),
  ),
]

function within(value: Json, at: string, path: string[], assigned: ReadonlySet<string>): SopFinding[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, inner]) => within(inner, at, [...path, name], assigned))
  const source = typeof value === 'string' ? expressionOf(value) : undefined
  if (source === undefined) return []
  const tree = treeOf(source)
  if (!tree) return []
  const say = (code: SopFindingCode, message: string) => finding(at + pointerOf(path), code, message)
  const members = ['input', 'context', ...resultsAt(path)]
  return [...problems(tree, new Set(assigned), false, members)].map(([code, message]) => say(code, message))
}

/** `result` is there once the state has one, `errorOutput` once it was caught. */
function resultsAt([field, , inner]: string[]): string[] {
  if (field === 'Output' || field === 'Assign') return ['result']
  return field === 'Catch' && (inner === 'Output' || inner === 'Assign') ? ['errorOutput'] : []
}

function treeOf(source: string): Node | undefined {
  try {
    return parseJsonata(source).expression.ast()
  } catch {
    return undefined // the grammar has said so
  }
}

type Problem = [SopFindingCode, string]

/** `bound` holds the names that the expression itself binds; inside a path, bare names are members of what stands before. */
function* problems(node: Node, bound: Set<string>, inPath: boolean, members: string[]): Generator<Problem> {
  switch (node.type) {
    case 'variable':
      if (node.value !== '' && node.value !== '$') yield* variable(node, bound)
      return
    case 'name':
      if (!inPath) yield ['NO_INPUT', `${node.value} is read of nothing`]
      return
    case 'regex':
      if (node.value instanceof RegExp) yield* regex(node.value)
      return
    case 'path':
      yield* path(node.steps ?? [], bound, inPath, members)
      return
    case 'function':
    case 'partial':
      yield* called(node, bound)
      for (const argument of node.arguments ?? []) yield* problems(argument, bound, inPath, members)
      return
    case 'lambda': {
      const inner = new Set([...bound, ...(node.arguments ?? []).map(({ value }) => String(value))])
      if (node.body) yield* problems(node.body, inner, inPath, members)
      return
    }
    case 'bind':
      if (node.lhs instanceof Object) bound.add(String(Reflect.get(node.lhs, 'value')))
      if (node.rhs) yield* problems(node.rhs, bound, inPath, members)
      return
    default:
      yield* children(node, bound, inPath, members)
  }
}

function* regex(pattern: RegExp): Generator<Problem> {
  const cost = regexCost(pattern)
  if ('refused' in cost) yield ['ENDLESS_REGEX', `/${pattern.source}/ may never end: ${cost.refused}`]
}

/** Operators, conditions, blocks, filters, objects: whatever they hold. A filter looks at the item before it. */
function* children(node: object, bound: Set<string>, inPath: boolean, members: string[]): Generator<Problem> {
  const filters = Reflect.get(node, 'type') === 'filter'
  for (const inner of Object.values(node)) {
    if (typeof inner !== 'object' || inner === null) continue
    if ('type' in inner) yield* problems(inner, bound, inPath || filters, members)
    else yield* children(inner, bound, inPath || filters, members)
  }
}

function* variable({ value }: Node, bound: ReadonlySet<string>): Generator<Problem> {
  const name = String(value)
  if (name !== 'states' && !bound.has(name) && !FUNCTIONS.has(name)) yield ['UNKNOWN_VARIABLE', `$${name} is nothing`]
}

function* called({ procedure }: Node, bound: ReadonlySet<string>): Generator<Problem> {
  if (procedure?.type !== 'variable') return
  const name = String(procedure.value)
  if (!FUNCTIONS.has(name) && !bound.has(name)) yield ['UNKNOWN_FUNCTION', `There is no function $${name}`]
}

function* path([first, ...rest]: Node[], bound: Set<string>, inPath: boolean, members: string[]): Generator<Problem> {
  if (!first) return
  yield* problems(first, bound, inPath, members)
  if (first.type === 'variable' && first.value === 'states') yield* ofStates(rest, members)
  for (const step of rest) if (step.type !== 'name') yield* problems(step, bound, true, members)
  for (const step of [first, ...rest]) yield* children(Reflect.get(step, 'stages') ?? {}, bound, true, members)
}

function* ofStates([member, ...rest]: Node[], members: readonly string[]): Generator<Problem> {
  if (member?.type !== 'name') return
  const name = String(member.value)
  if (!members.includes(name)) yield ['UNKNOWN_CONTEXT', `$states.${name} is not there in this field`]
  if (name !== 'context') return
  let shape: Shape = CONTEXT
  const way = ['$states.context']
  for (const { type, value } of rest) {
    if (type !== 'name' || shape === true) return
    const next: Shape | undefined = Object.hasOwn(shape, String(value)) ? shape[String(value)] : undefined
    if (next === undefined) {
      const code = way.at(-1) === 'anchors' ? 'UNKNOWN_ANCHOR' : 'UNKNOWN_CONTEXT'
      yield [code, `${way.join('.')} has no ${value}`]
      return
    }
    way.push(String(value))
    shape = next
  }
}
