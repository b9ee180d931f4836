import { fold } from '../text'

/** Order of day and month in a document's numeric dates. */
export type DateOrder = 'DMY' | 'MDY'

/**
 * A date as read (ISO). `other` is the second reading of an ambiguous numeric date; `inferred` tells that the order of
 * day and month was taken from elsewhere in the document.
 */
export type ReadDate = { date: string; other?: string; inferred?: boolean; text: string; start: number }

// English, German, French, Spanish, Portuguese, Dutch, Italian: by their first letters.
const MONTHS: readonly (readonly string[])[] = [
  ['jan', 'ene', 'gen'],
  ['feb', 'fev'],
  ['mar', 'mrz', 'maa', 'mrt'],
  ['apr', 'avr', 'abr'],
  ['may', 'mai', 'mei', 'mag'],
  ['jun', 'juin', 'giu'],
  ['jul', 'juil', 'lug'],
  ['aug', 'aou', 'ago'],
  ['sep', 'set'],
  ['oct', 'okt', 'out', 'ott'],
  ['nov'],
  ['dec', 'dez', 'dic'],
]

function monthOf(word: string): number | undefined {
  const folded = fold(word).replace(/[^a-z]/g, '')
  const index = MONTHS.findIndex((names) => names.some((name) => folded.startsWith(name)))
  return index < 0 || folded.length > 10 ? undefined : index + 1
}

function iso(year: number, month: number, day: number): string | undefined {
  const full = year < 100 ? 2000 + year : year
  if (month < 1 || month > 12 || day < 1 || full < 1950 || full > 2100) return undefined
  const last = new Date(Date.UTC(full, month, 0)).getUTCDate()
  if (day > last) return undefined
  return `${full}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

const YMD = /(?<![\d.,])(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?(?!\d)/g
const NUMERIC = /(?<![\d.,/-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d])/g
const COMPACT = /(?<!\d)(20\d{2})([01]\d)([0-3]\d)(?!\d)/g
const DAY_FIRST =
  /(?<!\d)(\d{1,2})\s*(?:st|nd|rd|th|er|º|\.)?[\s,./-]*(?:de\s+|of\s+)?(\p{L}{3,10})\.?[\s,.'/-]*(?:de\s+|del\s+)?(\d{4}|\d{2})(?!\d)/giu
const MONTH_FIRST = /(\p{L}{3,10})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?[\s,-]+(\d{4})(?!\d)/giu

type Numeric = { a: number; b: number; year: number; separator: string; text: string; start: number }

function numericDates(text: string): Numeric[] {
  return [...text.matchAll(NUMERIC)].map((m) => ({
    a: Number(m[1]),
    b: Number(m[3]),
    year: Number(m[4]),
    separator: m[2] ?? '',
    text: m[0],
    start: m.index,
  }))
}

function readNumeric(found: Numeric, order: DateOrder | undefined): ReadDate | undefined {
  const { a, b, year, separator, text, start } = found
  const dayFirst = iso(year, b, a)
  const monthFirst = iso(year, a, b)
  if (!dayFirst || !monthFirst || dayFirst === monthFirst) {
    const date = dayFirst ?? monthFirst
    return date ? { date, text, start } : undefined
  }
  if (separator === '.') return { date: dayFirst, text, start }
  if (order !== undefined) return { date: order === 'DMY' ? dayFirst : monthFirst, inferred: true, text, start }
  return { date: dayFirst, other: monthFirst, text, start }
}

function named(text: string): ReadDate[] {
  const out: ReadDate[] = []
  const add = (year: number, month: number | undefined, day: number, match: RegExpMatchArray): void => {
    const date = month === undefined ? undefined : iso(year, month, day)
    if (date) out.push({ date, text: match[0], start: match.index ?? 0 })
  }
  for (const m of text.matchAll(DAY_FIRST)) add(Number(m[3]), monthOf(m[2] ?? ''), Number(m[1]), m)
  for (const m of text.matchAll(MONTH_FIRST)) add(Number(m[3]), monthOf(m[1] ?? ''), Number(m[2]), m)
  return out
}

/** Dates of a text, first to last. */
export function datesIn(text: string, order?: DateOrder): ReadDate[] {
  const out = named(text)
  for (const pattern of [YMD, COMPACT]) {
    for (const m of text.matchAll(pattern)) {
      const date = iso(Number(m[1]), Number(m[2]), Number(m[3]))
      if (date) out.push({ date, text: m[0], start: m.index })
    }
  }
  for (const found of numericDates(text)) {
    const read = readNumeric(found, order)
    if (read && !out.some((d) => Math.abs(d.start - read.start) < 3)) out.push(read)
  }
  return out.sort((x, y) => x.start - y.start)
}

/** Day and month order that a document's own unmistakable dates show (13th or later). */
export function dateOrder(texts: readonly string[]): DateOrder | undefined {
  let [dayFirst, monthFirst] = [0, 0]
  for (const { a, b, separator } of texts.flatMap(numericDates)) {
    if (separator === '.' || (a > 12 && b <= 12)) dayFirst++
    else if (b > 12 && a <= 12) monthFirst++
  }
  if (dayFirst > 0 && monthFirst === 0) return 'DMY'
  return monthFirst > 0 && dayFirst === 0 ? 'MDY' : undefined
}
