// Truth files come in many shapes; these read them without trusting any.
import { readFileSync } from 'node:fs'
import { type DateOrder, dateOrder, datesIn } from '../../functions/documents/extraction/normalise/dates'
import { numbersIn, parseNumber } from '../../functions/documents/extraction/normalise/numbers'

export type Json = Record<string, unknown>

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A byte order mark before the first brace is no error. */
export const readText = (file: string): string => readFileSync(file, 'utf8').replace(/^\uFEFF/, '')

export function readJson(file: string): unknown {
  return JSON.parse(readText(file))
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

/** A number counts as the text that it is written with: some truths hold numbers of invoices as such. */
export const textAt = (value: unknown, ...path: readonly (string | number)[]): string | null => {
  const found = at(value, ...path)
  if (typeof found === 'number' && Number.isFinite(found)) return String(found)
  return typeof found === 'string' && found.trim() !== '' ? found : null
}

export const numberAt = (value: unknown, ...path: readonly (string | number)[]): number | null => {
  const found = at(value, ...path)
  if (typeof found === 'number') return Number.isFinite(found) ? found : null
  return typeof found === 'string' ? amountOf(found) : null
}

/** "$1,234.50", "1.234,50 EUR", "33.840": written as data are, else as papers are. */
export function amountOf(text: string): number | null {
  const digits = text.replace(/[^\d.-]/g, '')
  if (!/\d[.,'’ ]\d.*[,'’]\d|\d,\d/.test(text))
    return digits === '' || Number.isNaN(Number(digits)) ? null : Number(digits)
  const [first] = numbersIn(text)
  return first === undefined ? null : (parseNumber(first.text)?.value ?? null)
}

export const listAt = (value: unknown, ...path: readonly (string | number)[]): unknown[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The day that a truth names, ISO, whatever way it is written; `order` decides where day and month could be either. */
export function dayOf(printed: string | null, order: DateOrder): string | null {
  if (printed === null) return null
  const iso = printed.match(/^(\d{4}-\d{2}-\d{2})(?:$|[T\s])/)?.[1]
  return iso ?? datesIn(printed, dateOrder([printed]) ?? order)[0]?.date ?? null
}
