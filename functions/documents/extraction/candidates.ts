import type { FieldSpec } from '../kinds/kind'
import type { Page, Segment } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { toBox } from './geometry'
import { findLabels, isFiller, type Lexicon, lexicon, type Occurrence } from './labels'
import { type Labelled, partOf } from './layout'
import { fromLetterhead } from './letterhead'
import { placesOf } from './places'
import type { Habits } from './reading'
import { fromSenderLine } from './sender-line'
import { MULTILINE } from './values'

/** Totals further down, and those called grand, rounded or inclusive, come after the others were summed up. */
const totalTrust = (occurrence: Occurrence): number =>
  (/round|grand|incl|due|brutto|ttc/i.test(occurrence.text) ? 1 : 0.95) * (0.93 + 0.07 * occurrence.segment.at.top)

// "Total Sales (Excluding GST)", "Gesamt ohne MwSt": what is left before tax.
const BEFORE_TAX = /\b(?:excl\w*|exkl\w*|before|w\/o|ohne|hors|sans|escl\w*|sin|sem|zzgl)\b/i

/** The field that a label names, its qualifiers heard. */
function fieldNamed(field: string, { segment, start, end }: Occurrence): string {
  const said = segment.text.slice(start, end + 16)
  return field === 'totalAmount' && BEFORE_TAX.test(said) ? 'subtotalAmount' : field
}

function fromLabels(layout: Labelled, specs: ReadonlyMap<string, FieldSpec>, habits: Habits): Candidate[] {
  const out: Candidate[] = []
  for (const occurrence of [...layout.labels.values()].flat()) {
    for (const field of [...occurrence.fields, ...occurrence.weak]) {
      const spec = specs.get(fieldNamed(field, occurrence))
      if (!spec) continue
      const weak = occurrence.weak.includes(field) ? 0.75 : 1
      for (const place of placesOf(occurrence, layout, spec.type)) {
        const source = {
          method: place.method,
          page: layout.page.number,
          box: toBox(place.found.box),
          ocr: place.found.confidence,
          trust: place.trust * occurrence.quality * weak,
          label: place.unit === undefined ? occurrence.text : `${occurrence.text} (${place.unit})`,
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
    ...fromSenderLine(page, byName, layout.labels, habits),
    ...fromKeyValues(page, labels, byName, habits),
    ...fromQueries(page, byName, habits),
    ...fromPatterns(page, byName, habits),
  ]
}
