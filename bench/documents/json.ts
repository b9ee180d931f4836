// Truth files come in many shapes; these read them without trusting any.
import { readFileSync } from 'node:fs'

export type Json = Record<string, unknown>

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** Follows a path of keys and indexes; undefined where it breaks off. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step]
    else if (isRecord(here) && typeof step === 'string') here = here[step]
    else return undefined
  }
  return here
}

export const textAt = (value: unknown, ...path: readonly (string | number)[]): string | null => {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : null
}

export const numberAt = (value: unknown, ...path: readonly (string | number)[]): number | null => {
  const found = at(value, ...path)
  if (typeof found === 'number') return found
  const parsed = typeof found === 'string' && found !== '' ? Number(found.replace(/[^\d.-]/g, '')) : Number.NaN
  return Number.isNaN(parsed) ? null : parsed
}

export const listAt = (value: unknown, ...path: readonly (string | number)[]): unknown[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}
