/** Plain JSON: the only kind of data that the interpreter reads, keeps and answers. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** A string as it is, anything else as JSON; `String` throws for an object that brings a `toString` of its own. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** Equality as JSON sees it: the order of an object's members does not count. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && equalArrays(a, b)
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]))
}

function equalArrays(a: Json[], b: Json[]): boolean {
  return a.length === b.length && a.every((item, index) => equal(item, b[index]))
}

/** The service limit on the payload of a state or task: 256 KiB of UTF-8. */
export const MAX_PAYLOAD_BYTES = 262_144

/** Whether a value, serialised, is above the payload limit. Small values are decided without serialising them. */
export function exceedsPayloadLimit(value: Json): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return false
  if (typeof value === 'string' && value.length * 6 < MAX_PAYLOAD_BYTES) return false
  const text = JSON.stringify(value)
  if (text.length * 3 <= MAX_PAYLOAD_BYTES) return false
  return Buffer.byteLength(text) > MAX_PAYLOAD_BYTES
}
