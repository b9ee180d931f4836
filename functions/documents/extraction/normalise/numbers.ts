/** How a document writes decimals: 1,234.56 ("point") or 1.234,56 ("comma"). */
export type DecimalStyle = 'point' | 'comma'

/** A number as read; `other` is the second reading where the paper allows two (1.234 is 1234 or 1.234). */
export type ReadNumber = { value: number; other?: number }

// A sign counts only where no word runs into it: "MSA-2026" is no minus.
const NUMBER =
  /(?:(?<![\p{L}\d])[-+])?\d{1,3}(?:[ \u00a0'’]\d{3})+(?:[.,]\d+)?|(?:(?<![\p{L}\d])[-+])?\d+(?:[.,]\d+)*/gu

const asNumber = (digits: string): number => Number(digits.replace(/[^\d.-]/g, ''))

function singleSeparator(
  text: string,
  separator: string,
  style: DecimalStyle | undefined,
  decimals: number,
): ReadNumber {
  const parts = text.split(separator)
  const [whole = '', tail = ''] = parts
  const joined = asNumber(parts.join(''))
  const last = parts.at(-1) ?? ''
  // "2.180.00": groups of thousands have three digits, so the last point is a comma misread.
  if (parts.length > 2)
    return { value: last.length === 3 ? joined : asNumber(`${parts.slice(0, -1).join('')}.${last}`) }
  const decimal = asNumber(`${whole}.${tail}`)
  if (tail.length !== 3 || whole.length > 3 || /^[-+]?0$/.test(whole)) return { value: decimal }
  // Three digits after the only separator: the field's usual precision, then the document's style, decide.
  const separatorIsDecimal = style === undefined ? undefined : (style === 'point') === (separator === '.')
  if (separatorIsDecimal === true) return decimals === 3 ? { value: decimal } : { value: decimal, other: joined }
  if (separatorIsDecimal === false) return { value: joined }
  if (decimals === 3) return { value: decimal, other: joined }
  return { value: joined, other: decimal }
}

/**
 * Reads one printed number in European or American style.
 * @param style the document's decimal style, if other numbers show it
 * @param decimals digits usual after the decimal sign for this quantity (volumes 3, money 2)
 */
export function parseNumber(text: string, style?: DecimalStyle, decimals = 2): ReadNumber | undefined {
  const compact = text.trim().replace(/[\s\u00a0'’](?=\d{3}(?:\D|$))/g, '')
  if (!/^[-+]?\d+(?:[.,]\d+)*$/.test(compact)) return undefined
  const [commas, points] = [compact.split(',').length - 1, compact.split('.').length - 1]
  if (commas > 0 && points > 0) {
    const decimal = compact.lastIndexOf(',') > compact.lastIndexOf('.') ? ',' : '.'
    const plain = compact.split(decimal === ',' ? '.' : ',').join('')
    return { value: asNumber(plain.replace(decimal, '.')) }
  }
  if (commas + points === 0) return { value: asNumber(compact) }
  return singleSeparator(compact, commas > 0 ? ',' : '.', style, decimals)
}

/** Numbers of a text as printed, in order, with their place. */
export function numbersIn(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(NUMBER)].map((m) => ({ text: m[0], start: m.index, end: m.index + m[0].length }))
}

/** The decimal style that a document's unmistakable numbers show, if they agree by three to one. */
export function decimalStyle(texts: readonly string[]): DecimalStyle | undefined {
  let [point, comma] = [0, 0]
  for (const text of texts) {
    for (const match of text.matchAll(/(?<![\d.,/-])\d[\d.,]*\d(?![\d/-])/g)) {
      const number = match[0]
      if (/^\d{1,3}(,\d{3})+\.\d+$/.test(number) || /^\d+\.\d{2}$/.test(number)) point++
      if (/^\d{1,3}(\.\d{3})+,\d+$/.test(number) || /^\d+,\d{2}$/.test(number)) comma++
      if (/^\d{1,3}(,\d{3}){2,}$/.test(number)) point++
      if (/^\d{1,3}(\.\d{3}){2,}$/.test(number)) comma++
    }
  }
  if (point > comma * 3) return 'point'
  return comma > point * 3 ? 'comma' : undefined
}
