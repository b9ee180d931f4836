import type { DocumentKind, Extraction, ExtractionWarning, FieldValue, LineItem } from '../../../schemas/extraction'
import { KINDS } from '../kinds'
import type { FieldSpec, KindDefinition } from '../kinds/kind'
import { OTHER_FIELDS } from '../kinds/other/fields'
import { type Page, readPages, type TextractBlock } from './blocks'
import type { Candidate } from './candidate'
import { fieldLexicon, findCandidates } from './candidates'
import { choose } from './choose'
import { classify } from './classify'
import { orderByCustom } from './date-custom'
import { type ExpenseDocument, expenseCandidates, expenseItems, withPairs } from './expense'
import { expenseBlocks } from './expense-lines'
import type { Lexicon } from './labels'
import { readItems } from './line-items'
import { dateOrder } from './normalise/dates'
import { documentCurrency } from './normalise/money'
import { decimalStyle } from './normalise/numbers'
import type { Habits } from './reading'
import { reconcile } from './reconcile'
import { EXTRACTOR_VERSION } from './version'

/** One page of a Textract answer, or a whole one: AnalyzeDocument, DetectDocumentText, GetDocumentAnalysis, AnalyzeExpense. */
export type TextractResponse = {
  Blocks?: TextractBlock[] | undefined
  ExpenseDocuments?: (ExpenseDocument & { Blocks?: TextractBlock[] | undefined })[] | undefined
}

export type ReadOptions = {
  /** Skips classification: the sender or a person has said what it is. */
  kind?: DocumentKind
}

function habitsOf(pages: readonly Page[]): Habits {
  const texts = pages.flatMap((page) => page.segments.map((s) => s.text))
  return {
    style: decimalStyle(texts),
    order: dateOrder(texts) ?? orderByCustom(texts),
    currency: documentCurrency(texts),
  }
}

/** Labels of every kind: whatever the kind at hand does not want still ends the values before it. */
const STOPS: readonly string[] = [
  ...new Set(
    KINDS.flatMap((k) => [
      ...k.fields.flatMap((f) => [...f.labels, ...(f.weakLabels ?? [])]),
      ...k.columns.flatMap((c) => c.labels),
    ]),
  ),
  ...(
    'Tel|Phone|Fax|Email|E-mail|Attn|Bank Name|Bank|Bank Account|Account No|IBAN|BIC|SWIFT|Swift Code|Signature|Authorized Signature|Remarks|Remark|Note|Notes|Page|VAT No|VAT Reg No|Tax ID|' +
    "Pages|Packing Information|Signatory Company|Name of Authorized Signatory|Unit of Measure|Harmonized Code Number|Requested Routing|Carrier Information|LTL Only|P.O. Box|PO Box|Post Box|Postfach|Apartado|By First Carrier|By First|Routing and Destination|Account Number|Shipper's Account Number|Consignee's Account Number|Account No|Accounting Information|Trailer number|Requested Routing|Nummer|Previous Balance|Shipped Via|Salesperson|Requisitioner|FOB Point|Service Address|Prepaid|Collect|Revenue tons|Cargo insurance|Rate|" +
    'Reference|Reference No|Ref No|Export References|Pre-carriage by|Precarriage by|Type of Move|Type of Service|Forwarding Agent|Freight payable at|Freight and charges|Declared Value|Method of Dispatch|Type of Shipment|' +
    'Description|Quantity|Amount|Unit Price|Kunden-Nr|Kundennummer|Customer No|Customer ID|Country of Final Destination|Delivery Date|Ship Date|LC Issuing Bank|Negotiated under|Supplier No|EXP No|EXP Date|ERC No|Exporter Bank|' +
    'Company Reg No|Company Registration No|Reg No|Registration No|ROC No|GST No|GST ID|GST Reg No|Second Vessel|Date of L/C|Buying Dept|WGR|Destination|Liefer- und Leistungsdatum|Steuernummer|USt-Id-Nr|Globale Nummer|Shipper Address|Shipper Phone|Consignee Address|Consignee Phone|Carrier SCAC|Location|Additional info|On carriage to|Point and country of origin'
  ).split('|'),
]

const LEXICONS = new WeakMap<readonly FieldSpec[], Lexicon>()

/** The labels of a kind, prepared once. */
function lexiconOf(specs: readonly FieldSpec[]): Lexicon {
  const known = LEXICONS.get(specs)
  if (known) return known
  const made = fieldLexicon(specs, STOPS)
  LEXICONS.set(specs, made)
  return made
}

function withChecks(
  definition: KindDefinition | undefined,
  fields: FieldValue[],
  lineItems: LineItem[],
): ExtractionWarning[] {
  return (definition?.checks ?? []).flatMap((check) => check({ fields, lineItems }))
}

/** A warning takes belief away from the fields it names. */
function doubt(fields: FieldValue[], warnings: readonly ExtractionWarning[]): FieldValue[] {
  return fields.map((field) => {
    const named = warnings.some((w) => w.fields.includes(field.field) && w.code !== 'CONTAINER_CHECK_DIGIT')
    return named ? { ...field, confidence: field.confidence * 0.8 } : field
  })
}

function chooseAll(specs: readonly FieldSpec[], candidates: readonly Candidate[]): FieldValue[] {
  const byField = new Map<string, Candidate[]>()
  for (const candidate of candidates) byField.set(candidate.field, [...(byField.get(candidate.field) ?? []), candidate])
  return specs.flatMap((spec) => choose(spec, byField.get(spec.field) ?? []))
}

/**
 * Reads a document from Textract's blocks: says what it is, finds its fields and line items with confidence and place,
 * and warns of what contradicts itself. Pure: the same blocks give the same reading.
 * @param responses one answer, or all pages of an asynchronous one in order
 */
export function readDocument(
  responses: TextractResponse | readonly TextractResponse[],
  options: ReadOptions = {},
): Extraction {
  const list: readonly TextractResponse[] = Array.isArray(responses) ? responses : [responses as TextractResponse]
  const expenses = list.flatMap((r) => r.ExpenseDocuments ?? [])
  const blocks = list.flatMap((r) => [
    ...(r.Blocks ?? []),
    ...(r.ExpenseDocuments ?? []).flatMap((d) => d.Blocks ?? expenseBlocks(d)),
  ])
  const pages = withPairs(readPages(blocks), expenses)
  const classification = options.kind ? { kind: options.kind, confidence: 1, alternatives: [] } : classify(pages)
  const definition = KINDS.find((k) => k.kind === classification.kind)
  const specs = definition?.fields ?? OTHER_FIELDS
  const habits = habitsOf(pages)
  const labels = lexiconOf(specs)
  const table = definition ? readItems(pages, definition, habits) : { items: [], totals: [] }
  const charged = definition ? expenseItems(expenses, definition.columns, habits) : []
  // AnalyzeExpense sees rows better than rules do.
  const lineItems = charged.length > 0 ? charged : table.items
  const candidates = [
    ...pages.flatMap((page) => findCandidates(page, specs, labels, habits)),
    ...expenseCandidates(expenses, specs, habits),
    ...table.totals,
  ]
  const fields = chooseAll(specs, reconcile(candidates, lineItems, pages, habits))
  const warnings = withChecks(definition, fields, lineItems)
  return {
    classification,
    fields: doubt(fields, warnings),
    lineItems,
    warnings,
    pages: pages.length,
    extractorVersion: EXTRACTOR_VERSION,
  }
}

/** The questions worth asking Textract for a kind; the alias is the field's name. At most 15 a page are allowed. */
export function queriesFor(kind: DocumentKind): { Text: string; Alias: string }[] {
  const specs = KINDS.find((k) => k.kind === kind)?.fields ?? []
  return specs.flatMap((s) => (s.query ? [{ Text: s.query, Alias: s.field }] : [])).slice(0, 15)
}

/** Fields that must be sure before a document of this kind is accepted without a person. */
export const keyFields = (kind: DocumentKind): readonly string[] => KINDS.find((k) => k.kind === kind)?.key ?? []
