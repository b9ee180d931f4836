/** Denied-party screening by likeness of names: Jaro-Winkler word by word (Monge-Elkan), both ways. */
import type { Party } from '../../../schemas/shipment'
import type { DeniedParty } from '../../../schemas/sop'
import type { TimelineData } from '../../../schemas/timeline'

type Screening = Omit<TimelineData<'party.screened'>, 'stepKey'>

/** From this score a person has to look; from the next the names are taken for the same. */
const REVIEW = 0.88
const BLOCKED = 0.99

/** Words that say what form a company has, not which one it is. */
const LEGAL_FORMS = new Set(
  'ag as asa bv bvba co company corp corporation gmbh inc incorporated kg limited llc llp lp ltd mbh nv oao ooo oy pjsc plc pte pty sa sarl sas spa srl the'.split(
    ' ',
  ),
)

/** `"Müller & Söhne GmbH"` → `['muller', 'sohne']` */
export function nameWords(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    // S.A. and B.V. are one word each.
    .replaceAll(/(?<=\b\p{L})\.(?=\p{L}\b)/gu, '')
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const telling = words.filter((word) => !LEGAL_FORMS.has(word))
  return telling.length > 0 ? telling : words
}

/** 0 to 1, symmetric; words may stand in any order. */
export function similarity(a: string, b: string): number {
  const [left, right] = [nameWords(a), nameWords(b)]
  if (left.length === 0 || right.length === 0) return 0
  return (likeness(left, right) + likeness(right, left)) / 2
}

/** Mean over the letters of `words` of how well each word is found in `others`. */
function likeness(words: readonly string[], others: readonly string[]): number {
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  const found = words.reduce(
    (sum, word) => sum + word.length * Math.max(...others.map((other) => jaroWinkler(word, other))),
    0,
  )
  return found / letters
}

export function jaroWinkler(a: string, b: string): number {
  const jaro = jaroSimilarity(a, b)
  let prefix = 0
  while (prefix < 4 && a[prefix] !== undefined && a[prefix] === b[prefix]) prefix += 1
  return jaro + prefix * 0.1 * (1 - jaro)
}

function jaroSimilarity(a: string, b: string): number {
  if (a === b) return 1
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1)
  const taken = new Set<number>()
  const matched: string[] = []
  for (const [i, letter] of [...a].entries()) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j += 1) {
      if (taken.has(j) || b[j] !== letter) continue
      taken.add(j)
      matched.push(letter)
      break
    }
  }
  if (matched.length === 0) return 0
  const opposite = [...taken].sort((x, y) => x - y).map((j) => b[j])
  const transpositions = matched.filter((letter, index) => letter !== opposite[index]).length / 2
  const m = matched.length
  return (m / a.length + m / b.length + (m - transpositions) / m) / 3
}

/** Every party against every entry and alias. Parties known to be of another country than the entry do not match. */
export function screen(parties: readonly Party[], denied: readonly DeniedParty[]): Screening {
  const matches = parties.flatMap((party) =>
    denied
      .filter((entry) => !entry.country || !party.country || entry.country === party.country)
      .flatMap((entry) => bestMatch(party.name, entry)),
  )
  const worst = Math.max(0, ...matches.map((match) => match.score))
  return { outcome: worst >= BLOCKED ? 'BLOCKED' : worst >= REVIEW ? 'REVIEW' : 'CLEAR', matches }
}

function bestMatch(party: string, entry: DeniedParty): Screening['matches'] {
  const score = Math.max(...[entry.name, ...entry.aliases].map((name) => similarity(party, name)))
  return score < REVIEW
    ? []
    : [{ party, listed: `${entry.name} (${entry.list})`, score: Math.round(score * 1000) / 1000 }]
}
