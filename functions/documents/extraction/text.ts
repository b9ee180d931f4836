/** A word of a text as labels are compared: folded, with its place in the text. */
export type Token = { text: string; start: number; end: number }

/** Lower case, without accents, with º ° № as letters. */
export const fold = (text: string): string =>
  text
    .replace(/ß/g, 'ss')
    .replace(/[ºª°]/g, 'o')
    .replace(/№/g, 'no')
    .replace(/#/g, ' no ')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()

// "B/L", "G.W.", "e-mail" are one word; "Vessel/Voyage" are two.
const CHUNK = /[\p{L}\p{N}#&'’º°№.()/\\-]+/gu

function pieces(chunk: string, start: number): Token[] {
  const parts: Token[] = []
  // A point parts words ("INV.NO.") but holds initials together ("G.W.").
  const points = /\p{L}{2,}\.\p{L}{2,}/u.test(chunk)
  for (const match of chunk.matchAll(points ? /[^/\\()#.-]+|#/g : /[^/\\()#-]+|#/g)) {
    const text = fold(match[0]).replace(/[^\p{L}\p{N}&]/gu, '')
    if (text) parts.push({ text, start: start + match.index, end: start + match.index + match[0].length })
  }
  const abbreviation = parts.length > 1 && parts.some((p) => p.text.length === 1 && /\p{L}/u.test(p.text))
  const first = parts[0]
  const last = parts.at(-1)
  if (!abbreviation || !first || !last || chunk.length > 8) return parts
  return [{ text: parts.map((p) => p.text).join(''), start: first.start, end: last.end }]
}

/** Words of a text for comparison with labels. */
export function tokens(text: string): Token[] {
  const out: Token[] = []
  for (const match of text.matchAll(CHUNK)) out.push(...pieces(match[0], match.index))
  return out
}

/** Letters and digits alone, folded: for comparing two spellings of a value. */
export const squash = (text: string): string => fold(text).replace(/[^\p{L}\p{N}]/gu, '')

/** Edits (insert, delete, replace) between two words, given up above `limit`. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost))
    }
    row = next
  }
  return row[b.length] ?? limit + 1
}

/** Whether one edit makes two words equal; compared so often that it must not build a table. */
function oneEdit(a: string, b: string): boolean {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  if (long.length - short.length > 1) return false
  let i = 0
  while (i < short.length && long[i] === short[i]) i++
  // After the differing letter both must run alike: one replaced, or one too many.
  const skip = long.length === short.length ? 1 : 0
  for (let j = i + skip; j < short.length; j++) if (short[j] !== long[j + 1 - skip]) return false
  return true
}

/** Equality of label words that forgives one misread letter in long words, two in very long ones. */
export function sameWord(a: string, b: string): boolean {
  if (a === b) return true
  const length = Math.min(a.length, b.length)
  if (length < 5 || /\d/.test(b)) return false
  // "consignee" and "consignor" are two edits apart: two are forgiven only in very long words.
  return length >= 11 ? a[0] === b[0] && distance(a, b, 2) <= 2 : oneEdit(a, b)
}
