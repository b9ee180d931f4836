import { IntrinsicError, runtimeError, StateError } from './errors'
import { callIntrinsic, type IntrinsicCall, parseIntrinsic } from './intrinsics'
import { isObject, type Json } from './json'
import { explainMissing, type Roots, readPath } from './json-path'
import { type Path, parsePath } from './json-path-parse'
import { evaluateJsonata, expressionOf } from './jsonata'
import { next, type Random, uuid } from './random'

/** All that an expression of a state may read. Built once for each use; the context object only if it is asked for. */
export interface Scope {
  input: Json
  result?: Json
  errorOutput?: Json
  context(): Json
  variables: Record<string, Json>
  now: number
  random: Random
}

/** A compiled field: asynchronous, because JSONata is. */
export type Field = (scope: Scope) => Json | Promise<Json>

export function roots(scope: Scope, input: Json): Roots {
  return {
    input,
    get context() {
      return scope.context()
    },
    variable: (name) => (Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined),
  }
}

/** Compiles a JSONata field: any string `{% … %}` inside is an expression. `field` names it in errors, e.g. `Output`. */
export function compileJsonata(template: Json, field: string): Field {
  if (!hasExpression(template)) return () => template
  if (typeof template === 'string') return compileExpression(expressionOf(template) ?? '', field)
  if (Array.isArray(template)) {
    const items = template.map((item, index) => compileJsonata(item, `${field}[${index}]`))
    return (scope) => inOrder(items, scope)
  }
  const keys = Object.keys(template ?? {})
  const members = Object.entries(template ?? {}).map(([key, item]) => compileJsonata(item, `${field}/${key}`))
  const object = (values: Json[]) => {
    const result: Record<string, Json> = {}
    for (let at = 0; at < keys.length; at += 1) result[keys[at] ?? ''] = values[at] ?? null
    return result
  }
  return (scope) => {
    const values = inOrder(members, scope)
    return values instanceof Promise ? values.then(object) : object(values)
  }
}

/** One after the other, for chance and the first error depend on it; at once where no value has to be waited for. */
function inOrder(items: readonly Field[], scope: Scope): Json[] | Promise<Json[]> {
  const values: Json[] = []
  for (const item of items) {
    const value = item(scope)
    if (value instanceof Promise) return othersInOrder(items, scope, values, value)
    values.push(value)
  }
  return values
}

async function othersInOrder(items: readonly Field[], scope: Scope, values: Json[], pending: Promise<Json>) {
  values.push(await pending)
  for (const item of items.slice(values.length)) values.push(await item(scope))
  return values
}

function hasExpression(template: Json): boolean {
  if (typeof template === 'string') return expressionOf(template) !== undefined
  if (Array.isArray(template)) return template.some(hasExpression)
  return isObject(template) && Object.values(template).some(hasExpression)
}

function compileExpression(source: string, field: string): Field {
  return (scope) => {
    const { now, random, variables } = scope
    const states = {
      input: scope.input,
      get context() {
        return scope.context()
      },
      ...(scope.result !== undefined && { result: scope.result }),
      ...(scope.errorOutput !== undefined && { errorOutput: scope.errorOutput }),
    }
    return evaluateJsonata(source, { states, variables, now, random }, field)
  }
}

/** A compiled JSONPath template or path; `$` is the value it is given. */
export type PathField = (scope: Scope, input: Json) => Json

/** Compiles a payload template (Parameters, ResultSelector, Assign …): members whose name ends in `.$` are computed. */
export function compileTemplate(template: Json): PathField {
  if (!hasPath(template)) return () => template
  if (Array.isArray(template)) {
    const items = template.map((item) => compileTemplate(item))
    return (scope, input) => items.map((item) => item(scope, input))
  }
  const entries = Object.entries(template ?? {}).map(([key, value]) => compileMember(key, value))
  return (scope, input) => {
    const result: Record<string, Json> = {}
    for (const { key, read } of entries) result[key] = read(scope, input)
    return result
  }
}

function hasPath(template: Json): boolean {
  if (Array.isArray(template)) return template.some(hasPath)
  return isObject(template) && Object.entries(template).some(([key, value]) => key.endsWith('.$') || hasPath(value))
}

function compileMember(key: string, value: Json): { key: string; read: PathField } {
  if (!key.endsWith('.$') || typeof value !== 'string') return { key, read: compileTemplate(value) }
  const name = key.slice(0, -2)
  if (value.startsWith('States.')) return { key: name, read: intrinsic(parseIntrinsic(value)) }
  const path = parsePath(value)
  const read: PathField = (scope, input) => {
    const found = readPath(path, roots(scope, input))
    if (found !== undefined) return found
    const shown = path.root === 'context' ? scope.context() : input
    throw runtimeError(
      `The JSONPath '${value}' specified for the field '${key}' could not be found in the input '${JSON.stringify(shown)}'`,
      'States.ParameterPathFailure',
    )
  }
  return { key: name, read }
}

/** Runs an intrinsic function against a scope. */
export function intrinsic(call: IntrinsicCall): PathField {
  return (scope, input) => {
    const tools = { random: () => next(scope.random), uuid: () => uuid(scope.random) }
    try {
      return callIntrinsic(call, roots(scope, input), tools)
    } catch (error) {
      if (!(error instanceof IntrinsicError)) throw error
      const detail = `The function '${call.text}' had the following error: ${error.message}`
      throw new StateError('States.IntrinsicFailure', detail, { kind: 'runtime', alias: 'States.IntrinsicFailure' })
    }
  }
}

/** Compiles InputPath, OutputPath and the like: absent is `$`, null is an empty object. */
export function compilePath(text: Json | undefined): PathField {
  if (text === undefined || text === '$') return (_, input) => input
  if (text === null) return () => ({})
  const path = parsePath(String(text))
  return (scope, input) => {
    const found = readPath(path, roots(scope, input))
    if (found === undefined)
      throw runtimeError(`Invalid path '${path.text}' : ${explainMissing(path, roots(scope, input))}`)
    return found
  }
}

/** Reads a path that may lead nowhere. */
export const lookup = (path: Path, scope: Scope, input: Json): Json | undefined => readPath(path, roots(scope, input))
