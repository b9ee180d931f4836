import { datesIn } from './normalise/dates'
import { containersIn, hsCode, incotermIn, isAirWaybillNumber } from './normalise/identifiers'
import { currencyIn } from './normalise/money'
import { type Reader, type Reading, reading } from './reading'
import { fold } from './text'

export const readContainer: Reader = (raw) =>
  containersIn(raw).map((c) =>
    reading({ type: 'identifier', id: c.id }, c.text, c.valid ? (c.repaired ? 0.85 : 0.98) : 0.88, {
      checks: [{ code: 'iso6346', passed: c.valid }],
    }),
  )

const ID_WORD = /^[A-Z0-9][A-Z0-9/._\\&()-]*$/i

/** The first run of characters that looks like a document number; a tail such as "-25" belongs to it. */
function identifierIn(raw: string): string | undefined {
  const words = raw
    .replace(/^[\s:.#№-]+/, '')
    .replace(/\s+([-/])\s*(?=\w)/g, '$1')
    .replace(/(\w[-/])\s+(?=\d)/g, '$1')
    .split(/\s+/)
  for (const [i, word] of words.entries()) {
    const id = word.replace(/[,;:.)\]]+$/, '').replace(/^[([]+/, '')
    if (!ID_WORD.test(id)) {
      if (i >= 2) return undefined
      continue
    }
    if (/\d/.test(id)) {
      const before = words[i - 1]
      // "HLCU HAM 123": letters in capitals straight before the digits are its prefix.
      const prefix =
        i === 1 && before && /^[A-Z]{2,5}$/.test(before) && /^\d{4,}$/.test(id) && before !== 'NO' ? before : ''
      return prefix + id
    }
    if (i >= 3) return undefined
  }
  return undefined
}

const DATE_WORD = /[\s(,/-]*(?:vom|dated?|dtd|of|du|del|d\.d\.|van|am|from)?[\s.:(]*$/i

/** "80551907 / 13.03.2025": the number before the day that it was given. */
function beforeDate(raw: string): string {
  const [dated] = datesIn(raw)
  const head = dated ? raw.slice(0, dated.start) : ''
  return /\d/.test(head) && /\s[/,-]?\s*$/.test(head) ? head.replace(/[\s/,-]+$/, '') : raw
}

export const readIdentifier: Reader = (raw, context) => {
  const id = identifierIn(beforeDate(raw))?.toUpperCase()
  if (!id || id.length < 2 || id.length > 40) return []
  const date = datesIn(id).length > 0 && /^[\d./-]+$/.test(id)
  const short = id.length < 4
  // "471102 vom 05.03.2018": the date after a number is no doubt about it.
  const [dated] = datesIn(raw)
  const bare = dated && dated.start > raw.toUpperCase().indexOf(id) ? raw.slice(0, dated.start) : raw
  const words = bare.replace(DATE_WORD, '').trim().split(/\s+/).length
  const measure = /^[\d.,]+$/.test(id) && /[.,]/.test(id)
  const quality = 0.95 * (date || measure ? 0.2 : 1) * (short ? 0.75 : 1) * (words > 4 ? 0.6 : words > 2 ? 0.85 : 1)
  const long = context.lines.length > 1 ? 0.9 : 1
  return [reading({ type: 'identifier', id }, raw.trim(), quality * long)]
}

export const readAirWaybillNumber: Reader = (raw) => {
  const match = raw.match(/(?<!\d)(\d{3})\s*[-– ]?\s*(?:[A-Z]{3}\s*)?(\d{4})\s?(\d{4})(?!\d)/)
  if (!match) return []
  const id = `${match[1]}-${match[2]}${match[3]}`
  const valid = isAirWaybillNumber(id)
  return [
    reading({ type: 'identifier', id }, match[0], valid ? 0.97 : 0.6, {
      checks: [{ code: 'awb-mod7', passed: valid }],
    }),
  ]
}

export const readSeal: Reader = (raw) => {
  const rest = raw.replace(/^(?:seals?(?!-?\d)(?!-)|no|nr|number|[:.#/\\-]|\s)+/i, '')
  const found = rest.match(/^[A-Z]{0,6}[-\s]?\d{3,10}[A-Z]{0,2}\b/i)?.[0]
  if (!found || containersIn(found).length > 0) return []
  return [
    reading({ type: 'identifier', id: found.replace(/\s/g, '').toUpperCase() }, found, rest.length > 30 ? 0.75 : 0.93),
  ]
}

const VOYAGE = /(?:^|[\s/,.-])(?:voyage|voy|v)\s*(?:no)?[\s.:_/-]*([A-Z0-9]*\d[A-Z0-9]*)\s*$/i
const NOT_VESSEL = /^(?:by|per|sea|air|road|truck|rail|n\/?a|tba|tbn|none|-+)$/i

/** Splits "HMM ALGECIRAS V.0004W" or "MAERSK ESSEX / 912W" into ship and voyage. */
function vesselAndVoyage(raw: string): { vessel?: string; voyage?: string } {
  const text = raw
    .trim()
    .replace(/^(?:m\/?v\.?|mt|s\/s|ss)\s+/i, '')
    .replace(/\s*\bVCN\b.*$/i, '')
  const named = text.match(VOYAGE)
  if (named?.[1]) return { vessel: text.slice(0, named.index).replace(/[\s/,.–-]+$/, ''), voyage: named[1] }
  const split = text.match(
    /^(\p{L}[\p{L}\s.'-]*\p{L}(?:\s(?:\d{1,2}|[IVX]{1,3}))?)\s*(?:\/|,|\s-\s|–|\s)\s*([A-Z0-9]{0,4}\d[A-Z0-9]{1,7}(?:[/-][A-Z0-9]{1,5})?)$/u,
  )
  if (split?.[1] && split[2]) return { vessel: split[1], voyage: split[2] }
  if (/^[A-Z]{0,4}\d[A-Z0-9-]{1,9}$/i.test(text)) return { voyage: text }
  return { vessel: text.replace(/[\s/,.–-]+$/, '') }
}

export const readVessel: Reader = (raw) => {
  const { vessel } = vesselAndVoyage(raw)
  if (!vessel || !/\p{L}{3}/u.test(vessel) || vessel.length > 40 || NOT_VESSEL.test(vessel)) return []
  const digits = (vessel.match(/\d/g)?.length ?? 0) / vessel.length
  const quality = vessel.split(/\s+/).length <= 4 && !/[,;:]/.test(vessel) ? 0.93 : 0.6
  return [reading({ type: 'text', text: vessel.toUpperCase() }, raw.trim(), quality * (digits > 0.3 ? 0.5 : 1))]
}

export const readVoyage: Reader = (raw) => {
  const { voyage } = vesselAndVoyage(raw)
  if (!voyage || datesIn(raw).length > 0) return []
  return [reading({ type: 'identifier', id: voyage.toUpperCase() }, voyage, voyage.length <= 12 ? 0.93 : 0.6)]
}

export const readCurrency: Reader = (raw) => {
  const code = currencyIn(raw)
  return code ? [reading({ type: 'code', code }, raw.trim(), raw.trim().length <= 12 ? 0.95 : 0.75)] : []
}

export const readIncoterm: Reader = (raw) => {
  const found = incotermIn(raw)
  if (!found) return []
  const early = raw.toUpperCase().indexOf(found.code) <= 6
  return [reading({ type: 'code', code: found.code }, raw.trim(), early ? 0.96 : 0.8)]
}

export const readFreightTerms: Reader = (raw) => {
  const text = fold(raw)
  if (text.length > 40 || /unless|charges are|other|\bif\b/.test(text)) return []
  const prepaid = /pre-?\s?paid|\bpp\b|vorausbezahlt|franco|prepagado|port paye|pagado|pago\b/.test(text)
  const collect = /collect|\bcc\b|unfrei|port du|por cobrar|a cobrar/.test(text)
  if (prepaid === collect) return []
  return [reading({ type: 'code', code: prepaid ? 'PRE' : 'COL' }, raw.trim(), 0.95)]
}

export const readHsCode: Reader = (raw) => {
  const out: Reading[] = []
  for (const match of raw.matchAll(/(?<![\d.])\d{4}[.\s]?\d{2}(?:[.\s]?\d{2}){0,2}(?![\d])/g)) {
    const code = hsCode(match[0])
    if (code)
      out.push(reading({ type: 'code', code }, match[0], 0.94, { checks: [{ code: 'hs-shape', passed: true }] }))
  }
  return out
}

export const readUnNumber: Reader = (raw) =>
  [...raw.matchAll(/(?:\b(?:UN|ID|NA)\s*(?:no\.?)?\s*[:#]?\s*)?(?<!\d)(\d{4})(?!\d)/gi)].slice(0, 10).map((m) => {
    const named = /^[UIN]/i.test(m[0])
    return reading({ type: 'code', code: `UN${m[1]}` }, m[0], named ? 0.96 : 0.7)
  })

export const readHazardClass: Reader = (raw) => {
  const match = raw.match(/(?<![\d.])([1-9](?:\.[1-6][A-S]?)?)(?![\d.])/i)
  return match?.[1] && raw.length < 40 ? [reading({ type: 'code', code: match[1].toUpperCase() }, match[0], 0.9)] : []
}

export const readPackingGroup: Reader = (raw) => {
  const match = raw.trim().match(/^(?:pg\s*)?(III|II|I|[123])\b/i)
  const roman: Readonly<Record<string, string>> = { '1': 'I', '2': 'II', '3': 'III' }
  const code = match?.[1]?.toUpperCase()
  return code ? [reading({ type: 'code', code: roman[code] ?? code }, raw.trim(), 0.93)] : []
}
