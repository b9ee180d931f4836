import type { Classification, DocumentKind } from '../../../schemas/extraction'
import { KINDS } from '../kinds'
import type { Evidence, KindDefinition } from '../kinds/kind'
import { OTHER_EVIDENCE, OTHER_TITLES } from '../kinds/other/fields'
import type { Page, Segment } from './blocks'
import { height, sharedWidth } from './geometry'
import { sameWord, tokens } from './text'

// What stands after these words is a number or a date of another paper, not this paper's title.
const REFERENCE = new Set(
  'no nos nr num number numero ref reference date dated id received attached and issued issue value amount'.split(' '),
)

const phraseWords = new Map<string, string[]>()
function wordsOf(phrase: string): string[] {
  const known = phraseWords.get(phrase)
  if (known) return known
  const words = tokens(phrase).map((t) => t.text)
  phraseWords.set(phrase, words)
  return words
}

function indexOfPhrase(words: readonly string[], phrase: readonly string[]): number {
  for (let i = 0; i + phrase.length <= words.length; i++) {
    if (phrase.every((word, j) => sameWord(words[i + j] ?? '', word))) return i
  }
  return -1
}

type Line = { words: string[]; top: number; tall: boolean; first: boolean; colon: boolean }

/** A title may go on in the line below: "ARRIVAL NOTICE" over "/ FREIGHT INVOICE". */
function wrappedTitles(page: Page): Line[] {
  return page.segments
    .filter((s) => page.number === 1 && s.at.top < 0.2)
    .flatMap((s) => {
      const next = page.segments.find(
        (o) => /^\s*[/&+]/.test(o.text) && Math.abs(o.at.top - s.at.bottom) < page.line && sharedWidth(s.at, o.at) > 0,
      )
      if (!next || next === s) return []
      const words = tokens(`${s.text} ${next.text}`).map((t) => t.text)
      return [{ words, top: s.at.top, tall: height(s.at) > page.line * 1.25, first: true, colon: false }]
    })
}

function titleLines(pages: readonly Page[]): Line[] {
  return pages.slice(0, 3).flatMap((page, i) => [
    ...page.segments.map((segment: Segment) => ({
      words: tokens(segment.text).map((t) => t.text),
      top: segment.at.top,
      tall: height(segment.at) > page.line * 1.25,
      first: i === 0,
      colon: /:/.test(segment.text),
    })),
    ...wrappedTitles(page),
  ])
}

/** How much a line is a title holding the phrase: short, high on the first page, in large letters. */
function titleScore(line: Line, phrase: readonly string[]): number {
  const at = indexOfPhrase(line.words, phrase)
  if (at < 0 || at > 4) return 0
  const next = line.words[at + phrase.length]
  if (next !== undefined && REFERENCE.has(next)) return 0
  const covered = phrase.length / line.words.length
  // "Handelsrechnung (380) Nr. 471102 vom 05.03.2018" is a title too, if it leads the page.
  if (covered < 0.3 && !line.tall && !(at === 0 && line.first && line.top < 0.15)) return 0
  const place = line.first ? (line.top < 0.25 ? 1 : line.top < 0.45 ? 0.8 : 0.45) : 0.35
  return place * (0.6 + 0.4 * covered) * (line.tall ? 1.15 : 1) * (line.colon ? 0.35 : 1)
}

function scoreTitles(lines: readonly Line[], titles: readonly Evidence[]): number {
  let [best, rest] = [0, 0]
  for (const { phrase, weight } of titles) {
    const words = wordsOf(phrase)
    const score = Math.max(0, ...lines.map((line) => titleScore(line, words))) * weight
    if (score > best) [best, rest] = [score, Math.max(rest, best)]
    else rest = Math.max(rest, score)
  }
  return best + rest * 0.1
}

function scoreEvidence(text: string, evidence: readonly Evidence[], cap: number): number {
  let score = 0
  for (const { phrase, weight } of evidence) if (text.includes(` ${wordsOf(phrase).join(' ')} `)) score += weight
  return Math.min(cap, score)
}

/** Whether a line is the title of some paper. */
export function isTitle(text: string): boolean {
  const words = tokens(text).map((t) => t.text)
  const titles = [...KINDS.flatMap((k) => k.titles), ...OTHER_TITLES]
  return titles.some(({ phrase }) => {
    const wanted = wordsOf(phrase)
    return wanted.length / Math.max(1, words.length) > 0.5 && indexOfPhrase(words, wanted) >= 0
  })
}

/** Without any evidence a paper is none of ours. */
const UNKNOWN = 2.6

function codeOf(definition: KindDefinition, text: string): string | undefined {
  const found = definition.codes.find(({ phrases }) => phrases.some((p) => text.includes(` ${wordsOf(p).join(' ')} `)))
  return (found ?? definition.codes.at(-1))?.code
}

/** Decides what a document is from its titles and the words its kind uses; confidence is the share among all kinds. */
export function classify(pages: readonly Page[]): Classification {
  const lines = titleLines(pages)
  const text = ` ${lines.map((line) => line.words.join(' ')).join(' ')} `
  const head = ` ${lines
    .filter((line) => line.first && line.top < 0.3)
    .map((line) => line.words.join(' '))
    .join(' ')} `
  const scores = new Map<DocumentKind, number>()
  for (const { kind, titles, evidence, evidenceCap } of KINDS) {
    const titled = scoreTitles(lines, titles)
    scores.set(kind, titled + scoreEvidence(text, evidence, titled > 3 ? (evidenceCap ?? 4) : 4))
  }
  scores.set('OTHER', Math.max(UNKNOWN, scoreTitles(lines, OTHER_TITLES)) + scoreEvidence(text, OTHER_EVIDENCE, 7))
  const total = [...scores.values()].reduce((sum, s) => sum + Math.exp(s), 0)
  const ranked = [...scores]
    .map(([kind, score]) => ({ kind, confidence: Math.exp(score) / total }))
    .sort((a, b) => b.confidence - a.confidence)
  const [first, ...others] = ranked
  if (!first) return { kind: 'OTHER', confidence: 0, alternatives: [] }
  const definition = KINDS.find((k) => k.kind === first.kind)
  const code = definition && (codeOf(definition, head) ?? codeOf(definition, text))
  const alternatives = others.filter((o) => o.confidence > 0.01).slice(0, 3)
  return { kind: first.kind, ...(code ? { code } : {}), confidence: Math.min(0.995, first.confidence), alternatives }
}
