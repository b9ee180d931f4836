import type { DocumentKind } from '../../schemas/extraction'

/** What the truth says of one of our fields; null: the paper does not have it, so nothing may be read. */
export type Expected = {
  /** Names of ours that would be right; documents of kind OTHER have fewer. */
  fields: readonly string[]
  value: string | number | null
  /** How values are compared: identifiers may be given by their end alone (file names). */
  as: 'text' | 'party' | 'date' | 'number' | 'money' | 'identifier' | 'ending' | 'one-of'
}

export type ExpectedLine = { description?: string; quantity?: number; amount?: number }

export type Truth = {
  kinds: readonly DocumentKind[]
  expected: readonly Expected[]
  lines?: readonly ExpectedLine[]
  /** A form without values: whatever is read from it is made up. */
  blank?: boolean
}

/** A document to be read on one path: a recorded answer of Textract, or a file for the local OCR. */
export type Case = { id: string; path: 'textract' | 'local'; file: string; truth: Truth }

export const text = (value: string | number | null, ...fields: string[]): Expected => ({ fields, value, as: 'text' })
export const party = (value: string | null, ...fields: string[]): Expected => ({ fields, value, as: 'party' })
export const date = (value: string | null, ...fields: string[]): Expected => ({ fields, value, as: 'date' })
export const number = (value: number | null, ...fields: string[]): Expected => ({ fields, value, as: 'number' })
export const money = (value: number | null, ...fields: string[]): Expected => ({ fields, value, as: 'money' })
export const identifier = (value: string | null, ...fields: string[]): Expected => ({ fields, value, as: 'identifier' })
