import type { DocumentKind, ExtractionWarning, FieldValue, LineItem } from '../../../schemas/extraction'

/** How the text of a field is understood; each has a reader in `extraction/values`. */
export type FieldType =
  | 'identifier'
  | 'airWaybillNumber'
  | 'container'
  | 'seal'
  | 'vessel'
  | 'voyage'
  | 'party'
  | 'name'
  | 'place'
  | 'country'
  | 'date'
  | 'weight'
  | 'volume'
  | 'quantity'
  | 'count'
  | 'money'
  | 'unitPrice'
  | 'currency'
  | 'incoterm'
  | 'freightTerms'
  | 'hsCode'
  | 'unNumber'
  | 'hazardClass'
  | 'packingGroup'
  | 'temperature'
  | 'text'
  | 'phrase'

/**
 * A shape that shows a value wherever it stands; group 1 (or the whole match) is read as the field's type.
 * `within`: only in the top share of the first page.
 */
export type FieldPattern = { find: RegExp; confidence: number; within?: number }

/** One field of a kind: its name, how to read it, and the words by which the trade prints it. */
export type FieldSpec = {
  field: string
  type: FieldType
  /** Printed labels in the trade's languages, compared without case, accents and punctuation. */
  labels: readonly string[]
  /** Labels that name it in some papers and something near it in others. */
  weakLabels?: readonly string[]
  many?: boolean
  /** The paper's own head names it: the first lines of the first page. */
  letterhead?: boolean
  patterns?: readonly FieldPattern[]
  /** Types of AnalyzeExpense summary fields that carry it. */
  expense?: readonly string[]
  /** Question for Textract's QUERIES feature. */
  query?: string
}

/** A column of the goods or charges table. `total` names the field that the table's total row gives. */
export type ColumnSpec = {
  column: string
  type: FieldType
  labels: readonly string[]
  total?: string
  /** Field of the document that each row's value belongs to (order numbers, tariff codes). */
  each?: string
  expense?: readonly string[]
}

/** A phrase that speaks for (or, negative, against) a kind when it stands in a title or anywhere. */
export type Evidence = { phrase: string; weight: number }

/** A rule over the values read; what it finds is a warning for people, never an exception. */
export type DocumentCheck = (reading: { fields: FieldValue[]; lineItems: LineItem[] }) => ExtractionWarning[]

export type KindDefinition = {
  kind: Exclude<DocumentKind, 'OTHER'>
  /** UN/EDIFACT 1001 code the titles speak of; the first whose phrase occurs wins, else the kind's first. */
  codes: readonly { code: string; phrases: readonly string[] }[]
  titles: readonly Evidence[]
  evidence: readonly Evidence[]
  /** The most that all evidence together may count under a title of the kind (4 unless told). */
  evidenceCap?: number
  fields: readonly FieldSpec[]
  /** Fields without which the document is of no use: all must be sure before it is accepted unseen. */
  key: readonly string[]
  columns: readonly ColumnSpec[]
  checks: readonly DocumentCheck[]
}

/** Labels written in one string, parted by bars; lines may break anywhere between them. */
export const among = (labels: string): string[] => labels.split('|').map((label) => label.replace(/\s+/g, ' ').trim())
