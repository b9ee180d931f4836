import { type DecimalStyle, numbersIn, parseNumber, type ReadNumber } from './numbers'

type Unit = { pattern: RegExp; factor: number }

// After the number, or in the label above it.
const WEIGHTS: readonly Unit[] = [
  { pattern: /^\W{0,2}(?:k\.?g\.?s?|kgm|kilos?|kilogram\w*|kgs)\b/i, factor: 1 },
  { pattern: /^\W{0,2}(?:m\.?\/?t\.?s?|metric\s+tons?|tonnes?|tons?|tne|to)\b/i, factor: 1000 },
  { pattern: /^\W{0,2}(?:lbs?|pounds?|lbr)\b/i, factor: 0.45359237 },
  { pattern: /^\W{0,2}(?:grams?|grm|gr?)\b/i, factor: 0.001 },
]
const VOLUMES: readonly Unit[] = [
  { pattern: /^\W{0,2}(?:cbm|m3|m³|mtq|cu\.?\s?m\w*|cubic\s+met\w+|kbm)/i, factor: 1 },
  { pattern: /^\W{0,2}(?:cft|cu\.?\s?ft|ft3|ft³|cubic\s+feet)/i, factor: 0.028316846592 },
]

/** A measure in its base unit; `unitSeen` tells whether the paper names the unit beside it. */
export type ReadMeasure = { amount: number; other?: number; unitSeen: boolean; text: string; start: number }

const unitIn = (text: string, units: readonly Unit[]): Unit | undefined => units.find((u) => u.pattern.test(text))

function labelUnit(label: string, units: readonly Unit[]): Unit | undefined {
  for (const word of label.split(/[\s()[\],:/]+/)) {
    const unit = word === '' ? undefined : unitIn(word, units)
    // "gr. weight" is gross, not grams; "t" alone is too little to go by.
    if (unit && !/^(?:gr?|to|t)\.?$/i.test(word)) return unit
  }
  return undefined
}

const clean = (n: number): number => Math.round(n * 1e6) / 1e6

function measures(
  text: string,
  label: string,
  units: readonly Unit[],
  foreign: readonly Unit[],
  parse: (t: string) => ReadNumber | undefined,
): ReadMeasure[] {
  const fallback = labelUnit(label, units)
  return numbersIn(text).flatMap((found) => {
    const rest = text.slice(found.end)
    const before = text.slice(0, found.start).match(/(\S+)\s*$/)?.[1] ?? ''
    const unit = unitIn(rest, units) ?? labelUnit(before, units)
    if (!unit && unitIn(rest, foreign)) return []
    // "Net 30 days" are terms of payment.
    if (/^\s*(?:days?|tage|jours|d[ií]as|dagen|giorni|%)/i.test(rest)) return []
    const read = parse(found.text)
    if (!read) return []
    const factor = (unit ?? fallback)?.factor ?? 1
    const measure = {
      amount: clean(read.value * factor),
      unitSeen: unit !== undefined || fallback !== undefined,
      text: found.text,
      start: found.start,
    }
    return [read.other === undefined ? measure : { ...measure, other: clean(read.other * factor) }]
  })
}

/** Weights of a text in kilograms. */
export const weightsIn = (text: string, label: string, style?: DecimalStyle): ReadMeasure[] =>
  measures(text, label, WEIGHTS, VOLUMES, (t) => parseNumber(t, style, 2))

/** Volumes of a text in cubic metres. */
export const volumesIn = (text: string, label: string, style?: DecimalStyle): ReadMeasure[] =>
  measures(text, label, VOLUMES, WEIGHTS, (t) => parseNumber(t, style, 3))
