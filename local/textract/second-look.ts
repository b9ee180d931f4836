/**
 * What another engine makes of the same ink: lines that the first read badly or not at all are read anew, words that it
 * doubts and figures, for which no dictionary vouches, one by one. Agreement takes doubt away, dissent adds to it.
 */
import { type Box, height, overlapX, overlapY, width } from './geometry'
import type { Word } from './page'
import type { Gray } from './raster'
import type { ReadWord } from './recogniser'
import type { ReadLetter, SecondEngine } from './second-engine'
import type { Segment } from './segments'
import { sheetsOf } from './sheet'

/** Mean confidence below which a whole line is read anew. */
const WEAK_LINE = 75
/** A page full of doubt is a picture, not text: it does not get better by looking longer. */
const MOST_LINES = 120
const MOST_WORDS = 200

export async function lookAgain(
  words: readonly ReadWord[],
  segments: readonly Segment[],
  page: Gray,
  engine: SecondEngine,
): Promise<Word[]> {
  const bySegment = new Map<Segment, ReadWord[]>(segments.map((segment) => [segment, []]))
  for (const word of words) bySegment.get(word.segment)?.push(word)
  const weak = [...bySegment].filter(([, line]) => meanOf(line) < WEAK_LINE).slice(0, MOST_LINES)
  const anew = await rereadLines(weak, page, engine)
  const kept = words.filter(({ segment }) => !anew.has(segment))
  return withoutDoubles([...(await rereadWords(kept, page, engine)), ...[...anew.values()].flat()])
}

/** Lines that hang into one another bring the same ink twice: of two words in one place the surer stays. */
function withoutDoubles(words: readonly Word[]): Word[] {
  const kept: Word[] = []
  for (const word of [...words].sort((a, b) => b.confidence - a.confidence))
    if (!kept.some((other) => covers(other, word))) kept.push(word)
  return kept
}

const area = (box: Box): number => width(box) * height(box)

const covers = (a: Box, b: Box): boolean =>
  Math.max(0, overlapX(a, b)) * Math.max(0, overlapY(a, b)) > 0.5 * Math.min(area(a), area(b))

const meanOf = (words: readonly Word[]): number => {
  const letters = words.reduce((sum, word) => sum + word.text.length, 0)
  return letters === 0 ? 0 : words.reduce((sum, word) => sum + word.confidence * word.text.length, 0) / letters
}

/** Lines that the second engine is surer of, in words. */
async function rereadLines(
  weak: readonly [Segment, ReadWord[]][],
  page: Gray,
  engine: SecondEngine,
): Promise<Map<Segment, Word[]>> {
  const first = new Map(weak)
  const result = new Map<Segment, Word[]>()
  for (const sheet of sheetsOf(page, [...first.keys()]))
    for (const { segment, letters, confidence } of await engine.read(sheet)) {
      const words = first.get(segment) ?? []
      if (confidence <= meanOf(words) || !isLatin(letters.map(({ text }) => text).join(''))) continue
      result.set(segment, wordsOf(letters, words, segment))
    }
  return result
}

/** Letters into words: parted where the engine reads a space, and where the first engine saw another word begin. */
function wordsOf(letters: readonly ReadLetter[], first: readonly Word[], segment: Segment): Word[] {
  const groups: ReadLetter[][] = []
  let [spaced, before] = [true, -1]
  for (const letter of letters) {
    if (letter.text === ' ') {
      spaced = true
      continue
    }
    const owner = nearest(letter, first)
    if (spaced || owner !== before) groups.push([])
    groups.at(-1)?.push(letter)
    ;[spaced, before] = [false, owner]
  }
  return groups.map((group) => ({
    text: group.map(({ text }) => text).join(''),
    confidence: certaintyOf(group),
    left: Math.min(...group.map(({ left }) => left)),
    right: Math.max(...group.map(({ right }) => right)),
    top: segment.top,
    bottom: segment.bottom,
  }))
}

function nearest({ left, right }: ReadLetter, words: readonly Word[]): number {
  const middle = (left + right) / 2
  const away = words.map((word) => Math.max(0, word.left - middle, middle - word.right))
  return away.indexOf(Math.min(...away))
}

/** Between the mean and the weakest letter: one bad letter spoils a code. */
function certaintyOf(letters: readonly ReadLetter[]): number {
  const sure = letters.map((letter) => letter.sure)
  return 50 * (sure.reduce((sum, value) => sum + value, 0) / sure.length + Math.min(...sure))
}

async function rereadWords(words: readonly ReadWord[], page: Gray, engine: SecondEngine): Promise<Word[]> {
  const alone = new Map<Segment, ReadWord>()
  const wanted = words.filter(isWorthAnother).sort((a, b) => a.confidence - b.confidence)
  for (const word of wanted.slice(0, MOST_WORDS)) alone.set(cutOut(word, page), word)
  const second = new Map<ReadWord, { text: string; confidence: number }>()
  for (const sheet of sheetsOf(page, [...alone.keys()]))
    for (const { segment, letters, confidence } of await engine.read(sheet)) {
      const word = alone.get(segment)
      const text = letters.map((letter) => letter.text.trim()).join('')
      if (word && text !== '') second.set(word, { text, confidence })
    }
  return words.map((word) => {
    const { segment: _, ...plain } = word
    const other = second.get(word)
    return other ? weigh(plain, other) : plain
  })
}

/** Figures up to 96 %: the first engine is sure of "1845" where "184.5" is printed. */
const isWorthAnother = ({ text, confidence }: Word): boolean =>
  /[\p{L}\p{N}]/u.test(text) && confidence < (/\d/.test(text) ? 96 : 80)

function cutOut({ left, right, segment }: ReadWord, page: Gray): Segment {
  const pad = Math.round((segment.bottom - segment.top) * 0.25)
  return {
    letters: segment.letters,
    left: Math.max(0, Math.floor(left) - pad),
    right: Math.min(page.width - 1, Math.ceil(right) + pad),
    top: segment.top,
    bottom: segment.bottom,
  }
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

const isLatin = (text: string): boolean => /^[\p{Script=Latin}\p{N}\p{P}\p{S}\s]+$/u.test(text)

/** What a word's two readings are worth together. */
export function weigh(word: Word, { text, confidence }: Pick<Word, 'text' | 'confidence'>): Word {
  const [high, low] = [Math.max(word.confidence, confidence), Math.min(word.confidence, confidence)]
  // The second engine knows few accents and minds capitals little: there the first is right.
  if (fold(text) === fold(word.text)) return { ...word, confidence: high + ((100 - high) * low) / 200 }
  if (!isLatin(text)) return word
  const disputed = high * (1 - low / 250)
  return confidence > word.confidence ? { ...word, text, confidence: disputed } : { ...word, confidence: disputed }
}
