/**
 * Check digit of a container number (ISO 6346): letters count from A=10 leaving out multiples of 11, each position
 * weighs twice the one before, the sum modulo 11 modulo 10.
 */
export function containerCheckDigit(first10: string): number {
  let sum = 0
  for (const [position, char] of [...first10].entries()) {
    const n = char.charCodeAt(0)
    const digit = n < 58 ? n - 48 : n - 55 + Math.floor((n - 56) / 10)
    sum += digit * 2 ** position
  }
  return (sum % 11) % 10
}

/** Whether a text is a container number with its right check digit. */
export const isContainerNumber = (text: string): boolean =>
  /^[A-Z]{3}[UJZ]\d{7}$/.test(text) && containerCheckDigit(text.slice(0, 10)) === Number(text[10])

// Pairs that OCR confuses: letters where digits belong, and the reverse.
const DIGITS: Readonly<Record<string, string>> = {
  O: '0',
  Q: '0',
  D: '0',
  I: '1',
  L: '1',
  Z: '2',
  S: '5',
  B: '8',
  G: '6',
}
const LETTERS: Readonly<Record<string, string>> = {
  '0': 'O',
  '1': 'I',
  '5': 'S',
  '8': 'B',
  '2': 'Z',
  '6': 'G',
  '|': 'I',
}

export type ReadContainer = { id: string; valid: boolean; repaired: boolean; text: string; start: number }

/** Container numbers of a text; a misread letter or digit is put right only if the check digit then agrees. */
export function containersIn(text: string): ReadContainer[] {
  const upper = text.toUpperCase()
  const out: ReadContainer[] = []
  const shape =
    /(?<![A-Z0-9])([A-Z0-9|]{3}[UJZV])[\s-]?([0-9OQDILZSBG]{3})[\s-]?([0-9OQDILZSBG]{3})[\s-]?\/?([0-9OQDILZSBG])(?![A-Z0-9])/g
  for (const match of upper.matchAll(shape)) {
    const printed = match.slice(1).join('')
    const letters = [...printed.slice(0, 3)].map((c) => LETTERS[c] ?? c).join('')
    const category = printed[3] === 'V' ? 'U' : printed[3]
    const digits = [...printed.slice(4)].map((c) => DIGITS[c] ?? c).join('')
    const id = `${letters}${category}${digits}`
    if ((printed.slice(4).match(/\d/g)?.length ?? 0) < 5 || !/^[A-Z]{4}\d{7}$/.test(id)) continue
    const repaired = id !== printed
    const valid = isContainerNumber(id)
    if (!valid && repaired) continue
    out.push({ id, valid, repaired, text: match[0], start: match.index })
  }
  return out
}

/** UN/LOCODE by shape: two letters of the country, three of the place (digits 2-9 allowed). */
export const isLocode = (text: string): boolean => /^[A-Z]{2}[A-Z2-9]{3}$/.test(text)

/** HS code by shape: 6 to 10 digits of an existing chapter (01-97, never 77), dots dropped. */
export function hsCode(text: string): string | undefined {
  const digits = text.replace(/[.\s]/g, '')
  if (!/^\d{6}(\d{2}){0,2}$/.test(digits)) return undefined
  const chapter = Number(digits.slice(0, 2))
  return chapter >= 1 && chapter <= 97 && chapter !== 77 ? digits : undefined
}

/** Air waybill number: the last of the eight serial digits is the other seven modulo 7 (IATA). */
export const isAirWaybillNumber = (id: string): boolean => {
  const digits = id.replace(/\D/g, '')
  return /^\d{11}$/.test(digits) && Number(digits.slice(3, 10)) % 7 === Number(digits[10])
}

export const INCOTERMS = ['EXW', 'FCA', 'FAS', 'FOB', 'CFR', 'CIF', 'CPT', 'CIP', 'DAP', 'DPU', 'DDP', 'DAT'] as const

// Names that papers still print for CFR.
const OLD_TERMS: Readonly<Record<string, string>> = { CNF: 'CFR', 'C&F': 'CFR', CANDF: 'CFR' }

/** The Incoterm of a text, with the named place if it follows. */
export function incotermIn(text: string): { code: string; place?: string } | undefined {
  const match = text
    .toUpperCase()
    .match(/(?<![A-Z&])(EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP|DAT|CNF|C&F)(?![A-Z&])/)
  const code = match?.[1]
  if (!match || !code) return undefined
  const rest = text.slice((match.index ?? 0) + code.length).replace(/\(?incoterms®?\s*(?:20\d\d)?\)?/i, '')
  const place = rest.match(/^[\s,:.-]*(\p{L}[\p{L}\s,.'-]{2,40})/u)?.[1]?.trim()
  const current = OLD_TERMS[code] ?? code
  return place ? { code: current, place } : { code: current }
}
