import { type DecimalStyle, numbersIn, parseNumber } from './numbers'

// ISO 4217 codes that trade papers carry.
const CURRENCIES = new Set(
  (
    'AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GEL GHS GTQ HKD HNL HUF IDR ILS INR IQD ' +
    'ISK JOD JPY KES KRW KWD KZT LBP LKR MAD MUR MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RSD RUB SAR SEK SGD ' +
    'THB TND TRY TWD TZS UAH UGX USD UYU UZS VND XAF XOF ZAR ZMW'
  ).split(' '),
)

const SYMBOLS: readonly (readonly [RegExp, string])[] = [
  [/US\s?\$|U\.S\.\s?\$/, 'USD'],
  [/HK\s?\$/, 'HKD'],
  [/(?:AU|A)\s?\$/, 'AUD'],
  [/(?:CA|C)\s?\$/, 'CAD'],
  [/(?:SG|S)\s?\$/, 'SGD'],
  [/NZ\s?\$/, 'NZD'],
  [/R\$/, 'BRL'],
  [/€|\bEuros?\b/i, 'EUR'],
  [/£/, 'GBP'],
  [/₹|\bRs\.?(?=\s?\d)/, 'INR'],
  [/¥|\bRMB\b/, 'CNY'],
  [/₩/, 'KRW'],
  [/\bRM(?=[\s)]|\d|$)/, 'MYR'],
  [/\bU\.?S\.? DOLLARS?\b/i, 'USD'],
  [/\$/, 'USD'],
]

const NO_MINOR = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '))
const MILLS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '))

/** Decimal digits of a currency's minor unit (ISO 4217, whose list `Intl` does not follow: it has no dinars of 1,000 fils for Iraq). */
export const minorDigits = (currency: string): number => (NO_MINOR.has(currency) ? 0 : MILLS.has(currency) ? 3 : 2)

const isBesideAmount = (text: string, at: number): boolean =>
  /^\w{3}\s*\d/.test(text.slice(at)) || /\d[.,]\d{3}\s*$/.test(text.slice(0, at))

/** The currency that a text names, by code or symbol. */
export function currencyIn(text: string): string | undefined {
  for (const match of text.matchAll(/(?<![A-Za-z])(?:[A-Z]{3}|usd|eur|gbp)(?![A-Za-z])/gi)) {
    const code = match[0].toUpperCase()
    // "SDN BHD" ends the names of Malaysian companies: dinars stand beside an amount of three decimals.
    if (code === 'BHD' && !isBesideAmount(text, match.index)) continue
    // Lower case is a word ("mad", "pen") except for the three that people type so.
    if (CURRENCIES.has(code) && (match[0] === code || /^(?:usd|eur|gbp)$/i.test(code))) return code
  }
  return SYMBOLS.find(([pattern]) => pattern.test(text))?.[1]
}

/** The currency of a document: the one it names most, codes counting more than the bare dollar sign. */
export function documentCurrency(texts: readonly string[]): string | undefined {
  const votes = new Map<string, number>()
  for (const text of texts) {
    const currency = currencyIn(text)
    if (!currency) continue
    const bare = currency === 'USD' && !/USD|US\s?\$/i.test(text)
    // A code on a line with an amount, or beside the word currency, is worth more than three letters in prose.
    const weight = bare ? 0.5 : /\d/.test(text) || text.length <= 24 ? 2 : 0.5
    votes.set(currency, (votes.get(currency) ?? 0) + weight)
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** ISO 4217's code for no currency: the paper names none. */
export const UNKNOWN_CURRENCY = 'XXX'

export type ReadMoney = { amount: number; currency: string; other?: number; stated: boolean; text: string }

/** Money amounts of a text in minor units; `stated` tells whether the currency stood beside the amount. */
export function moneyIn(text: string, style?: DecimalStyle, fallback?: string): ReadMoney[] {
  const own = currencyIn(text)
  const currency = own ?? fallback ?? UNKNOWN_CURRENCY
  const factor = 10 ** minorDigits(currency)
  // OCR parts "39. 80" where the print is wide.
  const joined = text.replace(/(\d[.,])\s(?=\d{2}(?!\d))/g, '$1')
  return numbersIn(joined).flatMap((found) => {
    if (/^\s?%/.test(joined.slice(found.end))) return []
    const read = parseNumber(found.text, style)
    if (!read) return []
    // "(12.50)" and "12.50-" are credits in ledgers.
    const credit = /^\s?-(?!\d)/.test(joined.slice(found.end)) ? -1 : 1
    const minor = (n: number): number => Math.round(n * factor) * credit
    const money = { amount: minor(read.value), currency, stated: own !== undefined, text: found.text }
    return [read.other === undefined ? money : { ...money, other: minor(read.other) }]
  })
}
