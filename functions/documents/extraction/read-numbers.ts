import { datesIn } from './normalise/dates'
import { type ReadMeasure, volumesIn, weightsIn } from './normalise/measures'
import { currencyIn, minorDigits, moneyIn, UNKNOWN_CURRENCY } from './normalise/money'
import { numbersIn, parseNumber } from './normalise/numbers'
import { type ReadContext, type Reader, type Reading, reading } from './reading'
import { fold } from './text'

// Package words of the trade; UNECE Recommendation 21 has the codes, papers print the words.
const PACKAGE =
  /^\W{0,2}(packages?|pkgs?|cartons?|ctns?|cartoons?|pallets?|plts?|pal|bags?|sacks?|cases?|drums?|rolls?|bales?|boxes|bxs?|crates?|bundles?|bdls?|pieces?|pcs|pce|units?|sets?|skids?|colli|kolli|colis|bultos?|caixas?|cajas?|palettes?|paletten?|kartons?|kisten?|sacos?|volumes?|fardos?|dozen?|euro ?pallets?|flexitanks?|ibcs?|totes?|reels?|coils?|stk|stück|stuks?|pz|each|ea)\b/i

function readMeasure(kind: 'weight' | 'volume', found: ReadMeasure[], raw: string): Reading[] {
  const best = found.find((m) => m.unitSeen) ?? found[0]
  if (!best || best.amount < 0) return []
  const toValue = (amount: number): Reading['value'] =>
    kind === 'weight' ? { type: 'weight', amount, unit: 'kg' } : { type: 'volume', amount, unit: 'm3' }
  const alone = found.length === 1
  // A bare integer under "weight" could be anything that slid under the label.
  const quality = (best.unitSeen ? 0.97 : 0.76) * (alone ? 1 : 0.85) * (best.amount === 0 ? 0.3 : 1)
  const others = best.other === undefined ? [] : [toValue(best.other)]
  // "22,340 kg" is thousands and "8.337 m3" decimals by custom; "18.450 kg" may be either.
  const open = others.length > 0 && kind === 'weight' && best.text.includes('.')
  const doubt = open ? 0.7 : others.length > 0 ? 0.95 : 1
  return [reading(toValue(best.amount), raw.trim(), quality * doubt, { ambiguous: open, others })]
}

/** A text with more words than a measure has is prose that slid under the label. */
const wordy = (raw: string): boolean => (raw.match(/\p{L}{4,}/gu)?.length ?? 0) > 5

export const readWeight: Reader = (raw, context) =>
  wordy(raw) ? [] : readMeasure('weight', weightsIn(raw, context.label, context.style), raw)

export const readVolume: Reader = (raw, context) =>
  wordy(raw) ? [] : readMeasure('volume', volumesIn(raw, context.label, context.style), raw)

/** Packages or pieces: a whole number, best before a package word ("1x20' STC 245 PACKAGES" is 245). */
export const readQuantity: Reader = (raw, context) => {
  const found = numbersIn(raw).flatMap((n) => {
    const read = parseNumber(n.text, context.style, 0)
    if (!read || read.value < 0) return []
    const rest = raw.slice(n.end)
    // A weight or a volume under "packages" slid there from the next row.
    const measured = rest.match(/^\s*(kgs?|kgm|kilos?|lbs?|mts?|cbm|m3|m³|m2|tonnes?|gr?|l)\b/i)?.[1]
    if (measured && /pack|carton|ctn|colis|bulto|coll?i|volumes|pkg|packst/i.test(context.label)) return []
    const unit = rest.match(PACKAGE)?.[1] ?? measured
    return [{ ...read, unit, start: n.start }]
  })
  const named = found.find((n) => n.unit !== undefined)
  const best = named ?? (found.length === 1 && !wordy(raw) ? found[0] : undefined)
  if (!best) return []
  const before = raw.slice(0, best.start).trim()
  const value: Reading['value'] = best.unit
    ? { type: 'quantity', amount: best.value, unit: fold(best.unit) }
    : { type: 'quantity', amount: best.value }
  const clean = before === '' || named !== undefined
  return [
    reading(value, raw.trim(), (named ? 0.97 : 0.85) * (clean ? 1 : 0.6) * (Number.isInteger(best.value) ? 1 : 0.8)),
  ]
}

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six']

/** A small count that may be written out: "THREE (3)". */
export const readCount: Reader = (raw) => {
  const digits = raw.match(/(?<!\d)\d{1,2}(?!\d)/)?.[0]
  const word = WORDS.findIndex((w) => new RegExp(`\\b${w}\\b`, 'i').test(raw))
  const amount = digits === undefined ? word : Number(digits)
  if (amount < 0 || raw.length > 40) return []
  return [reading({ type: 'quantity', amount }, raw.trim(), digits !== undefined && word >= 0 ? 0.97 : 0.85)]
}

function readAmount(raw: string, context: ReadContext, decimalsMatter: boolean): Reading[] {
  // "15% on $ 112.90" is a rate and its base, not an amount.
  if (wordy(raw) || /%\s*(?:on|of|von|auf|de|su|op|sur)\b/i.test(raw)) return []
  const labelled = currencyIn(context.label)
  const found = moneyIn(raw, context.style, labelled ?? context.currency).filter(
    (m) => !/^\d{1,2}$/.test(m.text) || m.amount > 0,
  )
  // In "19 % 37,62" and "1 x 5.00" the amount comes last; it also is the one with decimals.
  const decimal = found.filter((m) => /[.,]\d{2}$/.test(m.text))
  const best = decimal.at(-1) ?? found.at(-1)
  if (!best) return []
  const shaped = /[.,]\d{2}$/.test(best.text) || minorDigits(best.currency) === 0 || !decimalsMatter
  const sure = best.stated || labelled !== undefined
  const unknown = best.currency === UNKNOWN_CURRENCY
  const quality =
    (sure ? 0.96 : unknown ? 0.8 : 0.9) * (found.length === 1 || decimal.length === 1 ? 1 : 0.8) * (shaped ? 1 : 0.8)
  const others: Reading['value'][] =
    best.other === undefined ? [] : [{ type: 'money', amount: best.other, currency: best.currency }]
  return [
    reading(
      { type: 'money', amount: best.amount, currency: best.currency },
      raw.trim(),
      quality * (others.length > 0 ? 0.75 : 1),
      {
        ambiguous: others.length > 0,
        others,
      },
    ),
  ]
}

export const readMoney: Reader = (raw, context) => (datesIn(raw).length > 0 ? [] : readAmount(raw, context, true))
/** Unit prices are kept in minor units too, rounded: they are evidence for the line total, not money owed. */
export const readUnitPrice: Reader = (raw, context) => readAmount(raw, context, false)

export const readDate: Reader = (raw, context) => {
  const found = datesIn(raw, context.order)
  const first = found[0]
  if (!first || wordy(raw)) return []
  const others: Reading['value'][] = first.other === undefined ? [] : [{ type: 'date', date: first.other }]
  const tidy = first.text.trim().length >= raw.trim().length * 0.5
  const quality =
    (found.length === 1 ? 0.97 : 0.75) * (tidy ? 1 : 0.85) * (others.length > 0 ? 0.6 : first.inferred ? 0.9 : 1)
  return [
    reading({ type: 'date', date: first.date }, first.text.trim(), quality, { ambiguous: others.length > 0, others }),
  ]
}

export const readTemperature: Reader = (raw) => {
  const match = raw.match(/([-+−]?\s?\d{1,3}(?:[.,]\d)?)\s*(?:°|º|deg)?\s*([CF])\b/i)
  if (!match) return []
  const degrees = Number((match[1] ?? '').replace(/\s/g, '').replace('−', '-').replace(',', '.'))
  const amount = /f/i.test(match[2] ?? '') ? Math.round(((degrees - 32) * 50) / 9) / 10 : degrees
  return [reading({ type: 'temperature', amount, unit: 'Cel' }, match[0], 0.95)]
}
