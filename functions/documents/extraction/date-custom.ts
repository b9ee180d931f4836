import type { DateOrder } from './normalise/dates'

const STATE =
  'A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]'

type Sign = { find: RegExp; weight: number }

/** Month first is the custom of the United States (and of Canada and the Philippines at times) alone. */
const MONTH_FIRST: readonly Sign[] = [
  // "Albany, NY 12210", "CHICAGO, IL"
  { find: new RegExp(String.raw`\b(?:${STATE}),?\s+\d{5}(?:-\d{4})?\b`), weight: 2 },
  { find: new RegExp(String.raw`\p{L}{3},\s(?:${STATE})\.?$`, 'u'), weight: 1.5 },
  // Numbers of the North American plan: "800-532-2918", "(415) 555-0100"
  { find: /(?<![\d+-])(?:\+?1[-. ])?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])/, weight: 1 },
  { find: /\bsales tax\b|\bzip(?: code)?\b/i, weight: 1 },
]

/** Papers that speak of value added tax, of other currencies or other countries' companies put the day first. */
const DAY_FIRST: readonly Sign[] = [
  { find: /€|£|₹|\bR\$|\b(?:EUR|GBP|INR|AUD|NZD|MYR|SGD|CHF|BRL|MXN|ZAR|AED)\b|\bRM\s?\d/, weight: 1.5 },
  { find: /\b(?:VAT|GST|MwSt|USt|TVA|IVA|BTW|ABN|CNPJ|EORI)\b/, weight: 1.5 },
  { find: /\b(?:SDN\.?\s?BHD|PTY|GmbH|B\.V|S\.A\.S|S\.r\.l|S\.p\.A|Ltda|PVT)\b/i, weight: 1.5 },
  { find: /\+(?!1[\s(-])\d{2}[\s(-]?\d/, weight: 1 },
]

const votes = (texts: readonly string[], signs: readonly Sign[]): number =>
  signs.reduce((sum, { find, weight }) => sum + (texts.some((text) => find.test(text)) ? weight : 0), 0)

/** The order of day and month that the country of a paper uses; undecided where its signs speak for several. */
export function orderByCustom(texts: readonly string[]): DateOrder | undefined {
  const [month, day] = [votes(texts, MONTH_FIRST), votes(texts, DAY_FIRST)]
  if (month >= 1.5 && month > day * 2) return 'MDY'
  return day >= 1.5 && day > month * 2 ? 'DMY' : undefined
}
