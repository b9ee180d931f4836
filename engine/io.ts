import { runtimeError } from './errors'
import { isObject, type Json, type JsonObject, textOf } from './json'
import { referenceSteps, writePath } from './json-path'
import type { Language } from './machine'
import { compileJsonata, compilePath, compileTemplate, type Field, type Scope } from './payload'

export interface Finished {
  output: Json
  assigned?: Record<string, Json>
}

/** How a state reads its input and makes its output. */
export interface Io {
  /** What the state works on: InputPath and Parameters, or Arguments. */
  prepare: Field
  /** Input after InputPath alone, which Map selects from. */
  effective: Field
  /** From the result (undefined where the state type has none) to the output and the assigned variables. */
  finish(scope: Scope, result: Json | undefined): Promise<Finished> | Finished
}

export function compileIo(raw: JsonObject, language: Language): Io {
  return language === 'JSONata' ? jsonataIo(raw) : jsonPathIo(raw)
}

function jsonPathIo(raw: JsonObject): Io {
  const inputPath = compilePath(raw.InputPath)
  const parameters = raw.Type === 'Map' || raw.Parameters === undefined ? undefined : compileTemplate(raw.Parameters)
  const effective: Field = (scope) => inputPath(scope, scope.input)
  const prepare: Field = (scope) => {
    const input = inputPath(scope, scope.input)
    return parameters ? parameters(scope, input) : input
  }
  return { prepare, effective, finish: jsonPathFinish(raw, prepare) }
}

function jsonPathFinish(raw: JsonObject, prepare: Field): Io['finish'] {
  const selector = raw.ResultSelector === undefined ? undefined : compileTemplate(raw.ResultSelector)
  const assign = raw.Assign === undefined ? undefined : compileTemplate(raw.Assign)
  const outputPath = compilePath(raw.OutputPath)
  const merge = compileResultPath(raw.ResultPath)
  const hasResult = ['Task', 'Map', 'Parallel', 'Pass'].includes(textOf(raw.Type))
  return async (scope, result) => {
    const value = result ?? (result === null ? null : (raw.Result ?? (await prepare(scope))))
    const selected = selector ? selector(scope, value) : value
    const assigned = assign && variables(assign(scope, selected))
    const combined = hasResult ? merge(scope.input, selected) : selected
    return { output: outputPath(scope, combined), ...(assigned && { assigned }) }
  }
}

const variables = (value: Json): Record<string, Json> => (isObject(value) ? value : {})

/** ResultPath: where in the raw input a result goes. Absent replaces the input, null drops the result. */
export function compileResultPath(path: Json | undefined): (input: Json, result: Json) => Json {
  if (path === undefined || path === '$') return (_, result) => result
  if (path === null) return (input) => input
  const steps = referenceSteps(String(path))
  return (input, result) => {
    const output = steps && writePath(steps, input, result)
    if (output === undefined) {
      const detail = `Unable to apply ReferencePath ${path} to input ${JSON.stringify(input)}`
      throw runtimeError(detail, 'States.ResultPathMatchFailure')
    }
    return output
  }
}

function jsonataIo(raw: JsonObject): Io {
  const input: Field = (scope) => scope.input
  const prepare = raw.Arguments === undefined ? input : compileJsonata(raw.Arguments, 'Arguments')
  return { prepare, effective: input, finish: jsonataFinish(raw.Assign, raw.Output) }
}

/** Assign and Output, which both read the variables as they were before. */
export function jsonataFinish(assignment: Json | undefined, out: Json | undefined, at = ''): Io['finish'] {
  const assign = assignment === undefined ? undefined : compileJsonata(assignment, `${at}Assign`)
  const output = out === undefined ? undefined : compileJsonata(out, `${at}Output`)
  return async (scope, result) => {
    const seen = result === undefined ? scope : { ...scope, result }
    const assigned = assign && variables(await assign(seen))
    const value = output ? await output(seen) : (result ?? (result === null ? null : scope.input))
    return { output: value, ...(assigned && { assigned }) }
  }
}
