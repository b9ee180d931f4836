import type { BoundingBox, ExtractionMethod, NormalisedValue, ValueCheck } from '../../../schemas/extraction'
import type { FieldSpec, FieldType } from '../kinds/kind'
import type { Page, Segment } from './blocks'
import { isTitle } from './classify'
import { toBox } from './geometry'
import { findLabels, isFiller, type Lexicon, lexicon, type Occurrence } from './labels'
import { continued, type Found, type Labelled, partOf, valueBelow, valueRight } from './layout'
import type { Habits, Reading } from './reading'
import { fold, tokens } from './text'
import { MULTILINE, READERS } from './values'

/** One possible value of a field, before candidates compete. */
export type Candidate = {
  field: string
  value: NormalisedValue
  raw: string
  confidence: number
  /** OCR's confidence in the words themselves: no agreement of rules makes a smudged letter clear. */
  ink: number
  page: number
  box: BoundingBox
  method: ExtractionMethod
  checks: ValueCheck[]
  ambiguous: boolean
  others: NormalisedValue[]
}

/** How far a method is to be trusted when everything else is perfect; from the bench's calibration. */
const TRUST: Readonly<Record<ExtractionMethod, number>> = {
  'key-value': 0.95,
  query: 0.9,
  expense: 0.93,
  'label-right': 0.97,
  'label-below': 0.93,
  table: 0.9,
  pattern: 0.9,
}

type Source = {
  method: ExtractionMethod
  page: number
  box: BoundingBox
  ocr: number
  trust: number
  label: string
  lines: string[]
}

// Labels we do not know ("Trailer number:", "NMFC #"), lines to write on, and the hints of fillable forms.
const NO_VALUE =
  /[:#]\s*$|^[\s_.:…-]*$|\b(?:please specify|if other|select (?:down|from|one)|drop ?down|click here|enter text|place and date|dd\s?[/.-]\s?mm\s?[/.-]\s?yy)/i

/** Reads a raw text as the field's type and weighs what comes out. */
export function candidatesFrom(
  spec: Pick<FieldSpec, 'field' | 'type'>,
  raw: string,
  source: Source,
  habits: Habits,
): Candidate[] {
  if (source.lines.length <= 1 && NO_VALUE.test(raw)) return []
  const readings: Reading[] = READERS[spec.type](raw, { ...habits, label: source.label, lines: source.lines })
  return readings
    .filter((r) => spec.field !== 'totalAmount' || !('amount' in r.value) || r.value.amount !== 0)
    .map((r) => ({
      field: spec.field,
      value: r.value,
      raw: r.raw,
      // OCR's own confidence counts in full below 0.8 and hardly above 0.95.
      confidence: source.trust * TRUST[source.method] * r.quality * Math.min(1, 0.25 + 0.8 * source.ocr),
      ink: source.ocr,
      page: source.page,
      box: source.box,
      method: source.method,
      checks: r.checks,
      ambiguous: r.ambiguous,
      others: r.others,
    }))
}

const MAX_LINES = 7

type Place = { found: Found; method: ExtractionMethod; trust: number }

function inline(occurrence: Occurrence, layout: Labelled, multiline: boolean): Place | undefined {
  const text = occurrence.rest.trim()
  if (tokens(text).length === 0) return undefined
  const { segment, restStart, rest } = occurrence
  const part = partOf(segment, restStart, restStart + rest.length)
  const first: Found = { lines: [text], segments: [segment], distance: 0, ...part }
  // A value that runs to its line's end may go on to the right of a wide gap.
  const ends = restStart + rest.length >= segment.text.length
  const found = multiline && ends ? continued(layout, segment, first, MAX_LINES) : first
  return { found, method: 'label-right', trust: 1 }
}

const WORDY: ReadonlySet<FieldType> = new Set(['name', 'text', 'phrase', 'party', 'country'])

function beside(occurrence: Occurrence, layout: Labelled, type: FieldType): Place | undefined {
  const { segment } = occurrence
  const right = valueRight(layout, segment)
  if (!right) return undefined
  const found = MULTILINE.has(type) ? continued(layout, segment, right, MAX_LINES) : right
  const far = Math.min(0.25, Math.max(0, right.distance - 8) * 0.006)
  // "CARRIER | INFORMATION": any words may follow a lone word; a number or date would not by chance.
  const bare = !occurrence.colon && WORDY.has(type) && tokens(occurrence.text).length <= 1 ? 0.75 : 1
  return { found, method: 'label-right', trust: ((occurrence.colon ? 1 : 0.9) - far) * bare }
}

function under(occurrence: Occurrence, layout: Labelled, type: FieldType, rival: number): Place | undefined {
  const below = valueBelow(layout, occurrence.segment, MULTILINE.has(type) ? MAX_LINES : 1, occurrence.start)
  if (!below) return undefined
  const far = Math.min(0.35, below.distance * 0.1)
  // Under "Total" alone stands a column's first amount more often than the total.
  const column = type === 'money' && tokens(occurrence.text).length === 1 ? 0.6 : 1
  return { found: below, method: 'label-below', trust: (1 - far) * rival * column }
}

/** Everything that may be the value of a label: what follows it, what stands beside it, what stands under it. */
function placesOf(occurrence: Occurrence, layout: Labelled, type: FieldType): Place[] {
  const multiline = MULTILINE.has(type)
  const followed = inline(occurrence, layout, multiline)
  const later = layout.labels.get(occurrence.segment)?.some((o) => o.start > occurrence.start)
  const right = followed || later ? undefined : beside(occurrence, layout, type)
  const headed = type === 'party' && !followed ? section(layout, occurrence.segment) : undefined
  if (headed) return [headed]
  const below = under(occurrence, layout, type, followed ? 0.45 : right && occurrence.colon ? 0.75 : 1)
  return [followed, right, below].filter((place) => place !== undefined)
}

// Sub-labels of an address block: "Name:", "Company name", "Firma".
const NAME_LABEL = /^(?:company\s+)?(?:name|firma|nom|nombre|nome|naam|razon social)\s*[:.]?\s*/i
const ADDRESS_LABEL = /^(?:street\s+)?(?:address|anschrift|adresse|direccion|endereco|adres|indirizzo)\s*[:.]?\s*/i

/** A heading ("Verkäufer", "SHIP FROM") over rows of "Name: …", "Address: …". */
function section(layout: Labelled, segment: Segment): Place | undefined {
  const { line, letter } = layout.page
  const rows = layout.order.filter(
    (s) => s.at.top >= segment.at.bottom - 0.4 * line && s.at.top < segment.at.bottom + 14 * line,
  )
  const starts = rows.filter((s) => Math.abs(s.at.left - segment.at.left) < 25 * letter)
  const named = starts.find(
    (s) => NAME_LABEL.test(fold(s.text)) && fold(s.text).replace(NAME_LABEL, '').length < s.text.length,
  )
  if (!named || named.at.top > segment.at.bottom + 9 * line) return undefined
  const rest = named.text.slice(fold(named.text).match(NAME_LABEL)?.[0].length ?? 0).trim()
  const beside = valueRight(layout, named)
  const first =
    rest !== ''
      ? { lines: [rest], segments: [named], at: named.at, box: named.box, confidence: named.confidence, distance: 0 }
      : beside
  if (!first) return undefined
  const address = starts.find((s) => s.at.top > named.at.top && ADDRESS_LABEL.test(fold(s.text)))
  const street = address && valueRight(layout, address)
  const found = street ? continued(layout, address, street, 4) : undefined
  return { found: { ...first, lines: [...first.lines, ...(found?.lines ?? [])] }, method: 'label-right', trust: 0.93 }
}

const COMPANY =
  /\b(?:ltd|limited|gmbh|inc|llc|llp|corp|corporation|company|co|s\.?a\.?|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a\.?g|a\/s|bhd|pte|pty|plc|ltda|lda|oy|ab|kg|enterprises?|trading|industries|group|sdn)\b\.?/i

/** The name at the head of the paper: its first line that names a company, else its first line of words. */
function fromLetterhead(
  page: Page,
  specs: ReadonlyMap<string, FieldSpec>,
  labels: Labelled['labels'],
  habits: Habits,
): Candidate[] {
  const wanted = [...specs.values()].filter((s) => s.letterhead)
  if (wanted.length === 0 || page.number !== 1) return []
  const head = page.segments.filter(
    (s) =>
      s.at.top < 0.22 &&
      !labels.has(s) &&
      /\p{Lu}\p{L}{2}|\p{L}+\.\p{L}{2}/u.test(s.text) &&
      !isTitle(s.text) &&
      !/^\W*(?:page|seite|tel|fax|www|http)/i.test(s.text),
  )
  const company = head.find((s) => COMPANY.test(s.text))
  const best =
    company ??
    head.find((s) => (s.text.match(/\p{L}/gu)?.length ?? 0) > 5 && s.text.split(' ').length <= 6 && !/\.$/.test(s.text))
  if (!best) return []
  const source = {
    method: 'pattern' as const,
    page: page.number,
    box: toBox(best.box),
    ocr: best.confidence,
    trust: company ? 0.78 : 0.55,
    label: '',
    lines: [best.text],
  }
  // A form that asks for the name and got none does not have it in its print.
  const asked = new Set([...labels.values()].flat().flatMap((o) => o.fields))
  return wanted
    .filter((spec) => company !== undefined || !asked.has(spec.field))
    .flatMap((spec) => candidatesFrom(spec, best.text, source, habits))
}

/** Totals further down, and those called grand, rounded or inclusive, come after the others were summed up. */
const totalTrust = (occurrence: Occurrence): number =>
  (/round|grand|incl|due|brutto|ttc/i.test(occurrence.text) ? 1 : 0.95) * (0.93 + 0.07 * occurrence.segment.at.top)

function fromLabels(layout: Labelled, specs: ReadonlyMap<string, FieldSpec>, habits: Habits): Candidate[] {
  const out: Candidate[] = []
  for (const occurrence of [...layout.labels.values()].flat()) {
    for (const field of [...occurrence.fields, ...occurrence.weak]) {
      const spec = specs.get(field)
      if (!spec) continue
      const weak = occurrence.weak.includes(field) ? 0.75 : 1
      for (const place of placesOf(occurrence, layout, spec.type)) {
        const source = {
          method: place.method,
          page: layout.page.number,
          box: toBox(place.found.box),
          ocr: place.found.confidence,
          trust: place.trust * occurrence.quality * weak,
          label: occurrence.text,
          lines: place.found.lines,
        }
        // Of several totals the last on the page is the one to pay.
        const low = spec.field === 'totalAmount' ? totalTrust(occurrence) : 1
        out.push(...candidatesFrom(spec, place.found.lines[0] ?? '', { ...source, trust: source.trust * low }, habits))
      }
    }
  }
  return out
}

/** Whether a text is nothing but a label. */
function isLabel(segment: Segment, labels: Lexicon): boolean {
  const first = findLabels([segment], labels).get(segment)?.[0]
  return first !== undefined && first.start <= 3 && first.quality >= 0.9 && isFiller(first.rest)
}

function fromKeyValues(
  page: Page,
  labels: Lexicon,
  specs: ReadonlyMap<string, FieldSpec>,
  habits: Habits,
): Candidate[] {
  return page.keyValues.flatMap(({ key, value, lines }) => {
    // In a blank form the text beside a label is the next label.
    if (isLabel({ ...value, page: page.number, words: [value] }, labels)) return []
    const segment = { ...key, page: page.number, words: [key] }
    const found = [...findLabels([segment], labels).values()].flat()
    return found.flatMap((occurrence) =>
      [...occurrence.fields, ...occurrence.weak].flatMap((field) => {
        const spec = specs.get(field)
        if (!spec || value.text === '') return []
        const source = {
          method: 'key-value' as const,
          page: page.number,
          box: toBox(value.box),
          ocr: Math.min(key.confidence, value.confidence),
          trust: occurrence.quality * (occurrence.weak.includes(field) ? 0.75 : 1),
          label: key.text,
          lines: MULTILINE.has(spec.type) ? lines : [],
        }
        return candidatesFrom(spec, value.text, source, habits)
      }),
    )
  })
}

function fromQueries(page: Page, specs: ReadonlyMap<string, FieldSpec>, habits: Habits): Candidate[] {
  return page.queries.flatMap(({ alias, question, answer }) => {
    const spec = specs.get(alias) ?? [...specs.values()].find((s) => s.query === question)
    if (!spec) return []
    const source = {
      method: 'query' as const,
      page: page.number,
      box: toBox(answer.box),
      ocr: answer.confidence,
      trust: 0.5 + answer.confidence / 2,
      label: question,
      lines: [],
    }
    return candidatesFrom(spec, answer.text, source, habits)
  })
}

function patternMatches(
  segment: Segment,
  find: RegExp,
): { text: string; raw: string; part: ReturnType<typeof partOf> }[] {
  const global = new RegExp(find.source, [...new Set(`${find.flags}g`)].join(''))
  return [...segment.text.matchAll(global)].map((match) => ({
    text: match[0],
    raw: match[1] ?? match[0],
    part: partOf(segment, match.index, match.index + match[0].length),
  }))
}

function fromPatterns(page: Page, specs: ReadonlyMap<string, FieldSpec>, habits: Habits): Candidate[] {
  const patterns = [...specs.values()].flatMap((spec) => (spec.patterns ?? []).map((pattern) => ({ spec, ...pattern })))
  return patterns.flatMap(({ spec, find, confidence, within }) => {
    if (within !== undefined && page.number !== 1) return []
    const segments = within === undefined ? page.segments : page.segments.filter((s) => s.at.top <= within)
    return segments
      .flatMap((segment) => patternMatches(segment, find))
      .flatMap(({ text, raw, part }) => {
        const source = {
          method: 'pattern' as const,
          page: page.number,
          box: toBox(part.box),
          ocr: part.confidence,
          trust: confidence,
          label: text,
          lines: [],
        }
        return candidatesFrom(spec, raw, source, habits)
      })
  })
}

/** The labels of a set of fields, with words that only end other values. */
export const fieldLexicon = (specs: readonly FieldSpec[], stops: readonly string[]): Lexicon =>
  lexicon([
    ...specs.flatMap((s) => s.labels.map((text) => ({ text, field: s.field }))),
    ...specs.flatMap((s) => (s.weakLabels ?? []).map((text) => ({ text, field: s.field, weak: true }))),
    ...stops.map((text) => ({ text })),
  ])

/** All candidates of a page, by every method but tables and expense fields. */
export function findCandidates(page: Page, specs: readonly FieldSpec[], labels: Lexicon, habits: Habits): Candidate[] {
  const byName = new Map(specs.map((s) => [s.field, s]))
  const layout: Labelled = { page, labels: findLabels(page.segments, labels), order: page.segments }
  return [
    ...fromLabels(layout, byName, habits),
    ...fromLetterhead(page, byName, layout.labels, habits),
    ...fromKeyValues(page, labels, byName, habits),
    ...fromQueries(page, byName, habits),
    ...fromPatterns(page, byName, habits),
  ]
}
