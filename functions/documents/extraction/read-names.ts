import { datesIn } from './normalise/dates'
import { isLocode } from './normalise/identifiers'
import { type Reader, type Reading, reading } from './reading'
import { fold } from './text'

const tidy = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/\s+,/g, ',')
    .replace(/^[\s:;,.|_=–-]+|[\s:;,|_=–-]+$/g, '')

// Sub-labels and contact lines inside an address block.
const CONTACT =
  /^(?:tel|telephone|phone|fax|e-?mail|mail|attn|att|contact|mobile|www|http|vat|eori|tax|ust|cnpj|cuit|nit|rut|ein|gst|iec|usci|ph|mob|pic|kvk|btw|iban|bic)\b/i
const NAME_LABEL = /^(?:company\s+)?(?:name|firma|nom|nombre|nome|naam|razon social)\s*[:.]\s*/i
const ADDRESS_LABEL =
  /^(?:company\s+)?(?:address|add|addr|anschrift|adresse|direccion|endereco|adres|indirizzo)\b\s*[:.]\s*/i
const BLANK = /^(?:n\/?a|none|nil|tba|x+|-+|_+|\.+)$/i

const isBlank = (text: string): boolean => text === '' || BLANK.test(text) || !/\p{L}{2}|\d{3}/u.test(text)

/** Instructions of the form, not of its sender: "(Non-negotiable unless consigned to order)". */
const HINT = /^\(.*\)?$|unless consigned|^if (?:not|other)|^complete name|^and address$/i

function orderParty(lines: string[]): string[] {
  const first = lines[0] ?? ''
  const order = first.match(/^(?:unto\s+|to\s+)?(?:the\s+)?order\s+of\s*:?\s*(.*)$/i)
  if (!order) return lines
  // "TO ORDER OF BANCO DEL SUR" is who it is consigned to, as the bill prints it.
  const rest = order[1]?.trim()
  return rest ? lines : lines.slice(1).length > 0 ? lines.slice(1) : lines
}

const OFFICE =
  /^(?:firma|herrn?|frau|an)$|\b(?:department|dept|accounts? payable|purchasing|receiving|warenannahme|wareneingang|buchhaltung|einkauf|abteilung|comptabilite|service achats|contabilidad)\b\.?$/

/** "Receiving Department" over the company's name, "Firma" over a German address: the name comes after. */
function pastOffice(lines: readonly string[]): string | undefined {
  const [first = '', second] = lines
  return second !== undefined && OFFICE.test(fold(first)) && !/^\d|\d{4}/.test(second) ? second : lines[0]
}

const LEGAL =
  /^(.{3,60}?(?<![\p{L}])(?:gmbh|ltd|limited|inc|llc|s\.?a\.?c|s\.?a\.?r\.?l|s\.?r\.?l|s\.?p\.?a|s\.?a\.?|b\.?v|n\.?v|ag|kg|a\/s|oy|ab|bhd|plc|ltda)\.?)\s*[,·•|]\s+(.+)$/iu
const MORE_NAME = /^(?:ltd|limited|inc|llc|gmbh|kg|co|s\.?a|de|c\.?v)\b/i

/** "Sea Agents Ltd, 4 Quay Street, Hull" on one line: what follows the legal form is the address. */
function withoutAddress(line: string): [name: string, address: string | undefined] {
  const [, name, rest] = line.match(LEGAL) ?? []
  return name !== undefined && rest !== undefined && !MORE_NAME.test(rest) ? [name, rest] : [line, undefined]
}

const COMPANY_WORDS = new Set('BHD SDN LTD LIMITED GMBH INC LLC CORP CO COMPANY PTE PTY PVT'.split(' '))
const LETTERS: Readonly<Record<string, string>> = { '0': 'O', '1': 'I', '5': 'S', '8': 'B' }

/** "8HD", "C0." and "L1MITED" at the end of a company's name are letters that OCR took for digits. */
const withCompanyWords = (name: string): string =>
  name
    .replace(/(?<![\p{L}\d])[A-Z0-9]{2,8}(?![\p{L}\d])/gu, (word) => {
      const letters = word.replace(/[0158]/g, (digit) => LETTERS[digit] ?? digit)
      return letters !== word && COMPANY_WORDS.has(letters) ? letters : word
    })
    .replace(/\bS[O0]N(?=\.?\s*BHD\b)/, 'SDN')

/** A name with its address: the first line is the name, the others (without contacts) the address. */
export const readParty: Reader = (raw, context) => {
  const source = (context.lines.length > 0 ? context.lines : [raw]).map(tidy)
  const lines = orderParty(source.filter((line) => !isBlank(line) && !CONTACT.test(line) && !HINT.test(line)))
  const named = lines.find((line) => NAME_LABEL.test(fold(line)))
  const head = named ?? pastOffice(lines)
  if (!head) return []
  const [bare, rest] = withoutAddress(tidy(head.replace(NAME_LABEL, '').replace(/^(?:messrs|m\/s)\.?\s+/i, '')))
  const name = withCompanyWords(bare)
  if (isBlank(name) || !/\p{L}{2}/u.test(name) || datesIn(name).length > 0) return []
  const address = [...(rest === undefined ? [] : [rest]), ...lines.filter((line) => line !== head)]
    .map((line) => tidy(line.replace(ADDRESS_LABEL, '')))
    .filter((line) => !isBlank(line))
  const same = fold(name).match(/^same\s+as\s+(?:the\s+)?(consignee|shipper|above|notify|buyer)/)?.[1]
  const value: Reading['value'] = same
    ? { type: 'party', name: name.toUpperCase(), address: [], sameAs: same === 'above' ? 'consignee' : same }
    : { type: 'party', name, address }
  const prose = name.split(/\s+/).length > 9 || /[;?]/.test(name)
  const digits = /^\d/.test(name) && !same
  // "C-DK-019" under "Customer" is its number; two letters are what OCR left of a name.
  const numbered = (name.match(/\p{L}/gu)?.length ?? 0) < 3 || /^[A-Z]{0,4}[-/.]?[A-Z0-9/.-]*\d[A-Z0-9/.-]*$/.test(name)
  // Names begin with a capital; "their assignees" is the small print.
  const small = /^\p{Ll}+\s+\p{Ll}/u.test(name)
  return [reading(value, source.join('\n'), (prose || small || numbered ? 0.4 : 0.92) * (digits ? 0.7 : 1))]
}

/** A person's or company's name on one line. */
export const readName: Reader = (raw) => {
  const name = tidy(raw)
  if (isBlank(name) || !/\p{L}{2}/u.test(name) || name.length > 80 || CONTACT.test(name)) return []
  const words = name.split(/\s+/).length
  // "6 cntrs" is a count, not a name.
  const counted = /^\d+\s*\p{Ll}/u.test(name)
  return [reading({ type: 'text', text: name }, raw.trim(), (words <= 8 ? 0.9 : 0.5) * (counted ? 0.4 : 1))]
}

/** A place; the UN/LOCODE is taken along where the paper prints it. */
export const readPlace: Reader = (raw) => {
  const text = tidy(raw)
  const dated = datesIn(text)
  const cleaned = dated[0] ? tidy(text.slice(0, dated[0].start).replace(/\s[-–]\s*$/, '')) : text
  if (isBlank(cleaned) || !/\p{L}{3}|^[A-Z]{2}\s?[A-Z]{3}$/u.test(cleaned) || cleaned.length > 70) return []
  const bracket = cleaned.match(/\(([A-Z]{2}\s?[A-Z2-9]{3})\)/)?.[1]?.replace(/\s/, '')
  const bare = isLocode(cleaned) ? cleaned : undefined
  const locode = bracket && isLocode(bracket) ? bracket : bare
  const name = tidy(cleaned.replace(/\([A-Z]{2}\s?[A-Z2-9]{3}\)/, ''))
  const digits = (name.match(/\d/g)?.length ?? 0) / Math.max(1, name.length)
  const words = name.split(/[\s,]+/).length
  const quality = 0.93 * (digits > 0.25 ? 0.3 : 1) * (words > 7 ? 0.6 : 1) * (/[:;?]/.test(name) ? 0.6 : 1)
  return [reading({ type: 'place', name: name || cleaned, ...(locode ? { locode } : {}) }, raw.trim(), quality)]
}

export const readCountry: Reader = (raw) => {
  const text = tidy(raw.replace(/^\W+/, ''))
  // Countries of two or three letters are codes, in capitals: "Pa" is the rest of a word.
  if (!/^\p{L}[\p{L}\s.,'()-]{1,40}$/u.test(text) || (text.length < 4 && text !== text.toUpperCase())) return []
  return [reading({ type: 'text', text: text.toUpperCase() }, raw.trim(), text.split(/\s+/).length <= 4 ? 0.92 : 0.5)]
}

export const readText: Reader = (raw) => {
  const text = tidy(raw)
  return isBlank(text) ? [] : [reading({ type: 'text', text }, raw.trim(), text.length <= 60 ? 0.88 : 0.7)]
}

// Headings of neighbouring columns, not goods.
const HEADING =
  /^(?:gross|net|weight|measurement|types? of|kind of|marks|quantity|unit|value|classification|information|tarr?iff?|preference|hs code)\b[^\d]*/i

/** A short phrase, several lines joined: goods descriptions, marks. */
export const readPhrase: Reader = (raw, context) => {
  const text = tidy(context.lines.length > 1 ? context.lines.join(' ') : raw)
  if (isBlank(text) || HEADING.test(text) || /^\([^)]*\)?$/.test(text)) return []
  return [reading({ type: 'text', text }, raw.trim(), text.length <= 400 ? 0.85 : 0.5)]
}
