/** A second look at words that the engine doubts, and at codes, for which no dictionary vouches: each alone, at another size. */
import type { Word } from './page'
import type { Gray } from './raster'
import type { ReadWord, Recogniser } from './recogniser'
import type { Segment } from './segments'
import { sheetsOf } from './sheet'

/** Height of a letter on the sheet for the second reading: unlike the first, so that the same slip is not made twice. */
const LETTER = 22
/** A page full of doubt is a picture, not text: it does not get better by looking longer. */
const MOST = 80

export async function readDoubtfulAgain(
  words: readonly ReadWord[],
  page: Gray,
  recogniser: Recogniser,
): Promise<Word[]> {
  const alone = new Map<Segment, ReadWord>()
  for (const word of words.filter(isDoubtful).slice(0, MOST)) alone.set(cutOut(word, page), word)
  const second = new Map<ReadWord, Word[]>()
  for (const sheet of sheetsOf(page, [...alone.keys()], LETTER))
    for (const read of await recogniser.read(sheet)) {
      const word = alone.get(read.segment)
      if (word) second.set(word, [...(second.get(word) ?? []), read])
    }
  return words.map((word) => {
    const { segment: _, ...plain } = word
    const again = second.get(word)
    return again ? decide(plain, again) : plain
  })
}

const isDoubtful = ({ text, confidence }: Word): boolean =>
  (confidence > 20 && confidence < 75 && /[\p{L}\d].*[\p{L}\d].*[\p{L}\d]/u.test(text)) ||
  (confidence < 90 && /\d/.test(text) && /\p{L}/u.test(text))

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

/** Two readings that agree vouch for each other; of two that differ the surer one stands, with less confidence. */
function decide(word: Word, again: readonly Word[]): Word {
  const text = again.map((other) => other.text).join('')
  const confidence = Math.min(...again.map((other) => other.confidence))
  if (text === word.text) return { ...word, confidence: Math.max(word.confidence, confidence) }
  const other = confidence > word.confidence + 20 && text.length >= word.text.length * 0.5
  return other ? { ...word, text, confidence: confidence - 10 } : { ...word, confidence: word.confidence - 10 }
}
