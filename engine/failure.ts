/** Retry and Catch. */
import { errorMatches, type StateError } from './errors'
import { compileResultPath, type Finished, jsonataFinish } from './io'
import { isNumber, isObject, type Json, type JsonObject, textOf } from './json'
import type { Language } from './machine'
import { compileTemplate, type Scope } from './payload'

export interface Retrier {
  errors: string[]
  intervalSeconds: number
  maxAttempts: number
  backoffRate: number
  maxDelaySeconds: number
  jitter: boolean
}

export interface Catcher {
  errors: string[]
  next: string
  /** `scope.errorOutput` holds the Error and Cause. */
  finish(scope: Scope, error: JsonObject): Promise<Finished> | Finished
}

const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const names = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
const number = (value: Json | undefined, otherwise: number): number => (isNumber(value) ? value : otherwise)

export function compileRetriers(retry: Json | undefined): Retrier[] {
  return list(retry).map((raw) => ({
    errors: names(raw.ErrorEquals),
    intervalSeconds: number(raw.IntervalSeconds, 1),
    maxAttempts: number(raw.MaxAttempts, 3),
    backoffRate: number(raw.BackoffRate, 2),
    maxDelaySeconds: number(raw.MaxDelaySeconds, Number.POSITIVE_INFINITY),
    jitter: raw.JitterStrategy === 'FULL',
  }))
}

export function compileCatchers(catches: Json | undefined, language: Language): Catcher[] {
  return list(catches).map((raw, index) => ({
    errors: names(raw.ErrorEquals),
    next: textOf(raw.Next),
    finish: language === 'JSONata' ? jsonataCatch(raw, index) : jsonPathCatch(raw),
  }))
}

function jsonPathCatch(raw: JsonObject): Catcher['finish'] {
  const merge = compileResultPath(raw.ResultPath)
  const assign = raw.Assign === undefined ? undefined : compileTemplate(raw.Assign)
  return (scope, error) => {
    const assigned = assign?.(scope, error)
    return { output: merge(scope.input, error), ...(isObject(assigned) && { assigned }) }
  }
}

function jsonataCatch(raw: JsonObject, index: number): Catcher['finish'] {
  const finish = jsonataFinish(raw.Assign, raw.Output ?? '{% $states.errorOutput %}', `Catch[${index}]/`)
  return (scope, error) => finish({ ...scope, errorOutput: error }, undefined)
}

export const findMatch = <T extends { errors: string[] }>(candidates: T[], error: StateError): T | undefined =>
  candidates.find(({ errors }) => errors.some((name) => errorMatches(name, error)))

/** Milliseconds before a retry; `attempt` counts from 0. Full jitter draws between nothing and the whole delay. */
export function retryDelay(retrier: Retrier, attempt: number, random: () => number): number {
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** attempt, retrier.maxDelaySeconds)
  return Math.round(1000 * (retrier.jitter ? seconds * random() : seconds))
}
