import type { Segment } from './blocks'
import { sameWord, type Token, tokens } from './text'

/** A label to look for, and the fields or columns it stands for (none: it only ends other values). */
export type Label = { words: readonly string[]; fields: readonly string[]; weak: readonly string[] }

/** A label seen in a segment: where it ends, what follows it there, and how sure it is a label at all. */
export type Occurrence = {
  segment: Segment
  fields: readonly string[]
  /** Fields that it names in some papers only. */
  weak: readonly string[]
  start: number
  end: number
  /** Text of the label with its qualifiers, for units such as "(KG)". */
  text: string
  rest: string
  restStart: number
  colon: boolean
  quality: number
}

/** Words that belong to a label without changing its meaning. */
const FILLER = new Set(
  (
    'no nos nr num number numbers numero code s of the and und et y e en di de la le du del della name full complete address ' +
    'kg kgs kgm kilos lbs m3 cbm usd eur in date if any other than state reference ref see note page copy total full all only ' +
    'method per as for on or applicable'
  ).split(' '),
)

const PREFIX = new Set('total grand the name of your our no nr and und date full gesamt sub'.split(' '))

export type Lexicon = Map<string, Label[]>

/** Gathers labels by first letter, so that a word is compared with few. */
export function lexicon(entries: readonly { text: string; field?: string; weak?: boolean }[]): Lexicon {
  const merged = new Map<string, { words: string[]; fields: Set<string>; weak: Set<string> }>()
  const add = (words: string[], field: string | undefined, weak: boolean): void => {
    const key = words.join(' ')
    const label = merged.get(key) ?? { words, fields: new Set<string>(), weak: new Set<string>() }
    if (field) (weak ? label.weak : label.fields).add(field)
    merged.set(key, label)
  }
  for (const { text, field, weak } of entries) {
    const words = tokens(text).map((t) => t.text)
    if (words.length === 0) continue
    add(words, field, weak ?? false)
    // OCR glues short labels: "SHIPTO", "BILLTO".
    const glued = words.join('')
    if (words.length === 2 && glued.length >= 6 && glued.length <= 10) add([glued], field, weak ?? false)
  }
  const out: Lexicon = new Map()
  for (const { words, fields, weak } of merged.values()) {
    const letter = words[0]?.[0] ?? ''
    const list = out.get(letter) ?? []
    list.push({ words, fields: [...fields], weak: [...weak].filter((f) => !fields.has(f)) })
    out.set(letter, list)
  }
  for (const list of out.values()) list.sort((a, b) => b.words.length - a.words.length)
  return out
}

type Match = { label: Label; from: number; to: number }

const equal = (a: string, b: string): boolean => a === b

function matchAt(words: readonly Token[], from: number, labels: Lexicon): Match | undefined {
  const first = words[from]
  if (!first) return undefined
  const near = labels.get(first.text[0] ?? '') ?? []
  const end = (label: Label, same: (a: string, b: string) => boolean): number | undefined => {
    let at = from
    for (const word of label.words) {
      const [one, two] = [words[at]?.text ?? '', words[at + 1]?.text ?? '']
      if (same(one, word)) at += 1
      // OCR parts words: "Gross we ght".
      else if (word.length >= 5 && two !== '' && same(one + two, word)) at += 2
      else return undefined
    }
    return at
  }
  const find = (same: (a: string, b: string) => boolean): Match | undefined => {
    for (const label of near) {
      const to = end(label, same)
      if (to !== undefined) return { label, from, to }
    }
    return undefined
  }
  // Read exactly before read with forgiveness: "Consignee" is not a misprinted "Consigner".
  return find(equal) ?? find(sameWord)
}

/** Text that goes on with the label itself: "and VCN No.", "/Address", "(if any)", "21 %". */
const CONTINUES = /^\s*(?:(?:and|und|et|y|e|en|or|oder|of|at|for|to|&|\/)(?=[\s\p{Lu}])[^\d:]*$|\/\s?\p{L}[^\d:]*$)/u

/** What ends a label that names its currency or unit: "Rechnungsbetrag EUR". */
const UNIT = /^\s+(?:EUR|USD|GBP|CHF|PLN|CNY|JPY|INR|SEK|NOK|DKK|€|kgs?|lbs?|cbm)\s*(?=:?\s*$)/

const INSTRUCTION =
  /^\W*(?:applicable only|only applicable|see clauses?|(?:the )?carrier not responsible|no responsibility|no claim|non-?\s?negotiable unless|not negotiable unless|negotiable only|this (?:b\/?l|bill) is not|combined transport only|unless consigned|for (?:combined|multimodal|through) transport|as (?:stated|declared) by|if (?:known|mixed|different|any)\b|complete name|name and (?:full )?address$)/i

/** What forms print under a label for whoever fills them in: "(see clause 22)", "Applicable only when …". */
export const isInstruction = (text: string): boolean => INSTRUCTION.test(text)

/** Takes in what belongs to the label after its words: "(Name and full address)", "No.", ":", "-". */
function endOfLabel(text: string, words: readonly Token[], to: number): { end: number; colon: boolean; next: number } {
  let next = to
  let end = words[to - 1]?.end ?? 0
  for (;;) {
    const tail = text.slice(end)
    const bracket = tail.match(/^[\s.,]*[([{][^)\]}]*(?:[)\]}]|$)/)
    if (bracket) {
      end += bracket[0].length
      continue
    }
    const rate = text
      .slice(end)
      .match(/^\s*[(@]?\s?\d{1,2}(?:[.,]\d+)?\s?%\)?(?:\s*(?:on|of|von|auf|de|sur|su|op|over)\s*[$€£]?\s?[\d.,]+)?/)
    if (rate) end += rate[0].length
    const unit = text.slice(end).match(UNIT)
    if (unit) end += unit[0].length
    if (CONTINUES.test(text.slice(end)) || isInstruction(text.slice(end)))
      return { end: text.length, colon: false, next: words.length }
    const word = words.find((w) => w.start >= end)
    const between = word ? text.slice(end, word.start) : text.slice(end)
    if (!word || /[:]/.test(between) || !/^(?:no|nos|nr|num|number|numero|code|s)$/.test(word.text)) break
    end = word.end
  }
  while (words[next] && (words[next]?.start ?? 0) < end) next++
  const mark = text.slice(end).match(/^[\s.)\]]*([:：=]|-(?=\s)|–|\||_{2,})?[\s.:]*/)
  return { end: end + (mark?.[0].length ?? 0), colon: mark?.[1] !== undefined, next }
}

const isNumbering = (word: Token): boolean => /^\(?\d{1,2}[a-z]?$|^[a-z]$/.test(word.text)

function qualityOf(
  text: string,
  words: readonly Token[],
  match: Match,
  colon: boolean,
  rest: string,
  afterLabel: boolean,
): number | undefined {
  const before = words.slice(0, match.from)
  // "7 Consignee's name" is a numbered box, "42 colis" a number of packages.
  const numbered = (w: Token): boolean =>
    isNumbering(w) && (match.label.words.length > 1 || /[.)]/.test(text.slice(w.end, w.end + 2)))
  const atStart = before.length === 0 || before.every((w) => numbered(w) || PREFIX.has(w.text))
  const alone = tokens(rest).every((t) => FILLER.has(t.text))
  if (!atStart && !afterLabel) return colon ? 0.85 : undefined
  if (colon) return 1
  if (alone) return before.length > 0 ? 0.9 : 1
  // Prose such as "the shipper hereby declares" begins with labels too.
  if (words.length > 14) return undefined
  const length = match.label.words.length
  // One word before other words ("Lieferant GmbH") is part of a name more often than a label.
  if (length === 1) return /\d/.test(rest) ? 0.62 : 0.42
  return length >= 3 ? 0.9 : 0.82
}

const NUMBERED = /(?<!\p{L})(?:nos?|nr|num|number|numero|nummer)\W*$|#\W*$|n[°º]\W*$/iu
const FIGURES =
  /^\s*(?:[A-Z]{3}\s|[$€£])?\s?\d[\d.,/ -]*\s?(?:kgs?|kgm|lbs?|mts?|cbm|m3|m³|pcs|ctns?|pkgs?|packages|cartons|pallets|[A-Z]{3}|%|€)?\.?\s*$/i

/** Without a colon, what follows may show that the words were a label: "Rechnung Nr. 4711", "Gross weight 240.5 KG". */
function shapeOf(text: string, words: readonly Token[], match: Match, end: number): number {
  const rest = text.slice(end)
  const label = text.slice(words[match.from]?.start ?? 0, end)
  if (match.from === 0 && NUMBERED.test(label) && /^\s*\S*\d/.test(rest)) return 0.95
  if (match.from === 0 && FIGURES.test(rest)) return match.label.words.length > 1 ? 0.95 : 0.85
  return 0
}

/** Finds the labels of one segment, longest first at each place. */
function occurrencesIn(segment: Segment, labels: Lexicon): Occurrence[] {
  const { text } = segment
  const words = tokens(text)
  const out: Occurrence[] = []
  let from = 0
  while (from < words.length) {
    const match = matchAt(words, from, labels)
    const word = words[from]
    if (!match || !word) {
      from++
      continue
    }
    // "PO-3333": the letters are the number's prefix.
    if (/^[-/]\s?\d/.test(text.slice(words[match.to - 1]?.end ?? 0))) {
      from++
      continue
    }
    const { end, colon, next } = endOfLabel(text, words, match.to)
    const previous = out.at(-1)
    const afterLabel =
      previous !== undefined &&
      /^[\s/&,.:;+\-–|()]*(?:and|und|et|y|e|en)?[\s/&]*$/i.test(text.slice(previous.end, word.start))
    const plain = qualityOf(text, words, match, colon, text.slice(end), afterLabel)
    const quality = plain === undefined ? undefined : Math.max(plain, shapeOf(text, words, match, end))
    if (quality === undefined) {
      from++
      continue
    }
    const { fields, weak } = match.label
    out.push({
      segment,
      fields,
      weak,
      start: word.start,
      end,
      text: text.slice(word.start, end),
      rest: '',
      restStart: end,
      colon,
      quality,
    })
    from = Math.max(next, match.to)
  }
  return out.map((found, i) => {
    const following = out[i + 1]
    const rest = text.slice(found.end, following?.start ?? text.length)
    // "Vessel / Voyage: X Y": the value belongs to both labels.
    const shared = following && /^[\s/&,.+\-–|()]*(?:and|und|et|y|e|en)?[\s/&]*$/i.test(rest) && !found.colon
    const last = out.at(-1)
    if (shared && last) return { ...found, colon: last.colon, rest: text.slice(last.end), restStart: last.end }
    return { ...found, rest }
  })
}

/** All label occurrences of a page's segments. */
export function findLabels(segments: readonly Segment[], labels: Lexicon): Map<Segment, Occurrence[]> {
  const out = new Map<Segment, Occurrence[]>()
  for (const segment of segments) {
    const found = occurrencesIn(segment, labels)
    if (found.length > 0) out.set(segment, found)
  }
  return out
}

/** Whether a text says nothing but units, fillers and brackets: the second line of a label, not a value. */
export const isFiller = (text: string): boolean => {
  const words = tokens(text)
  if (words.length === 0) return true
  return !/\d/.test(text) && words.every((w) => FILLER.has(w.text))
}
