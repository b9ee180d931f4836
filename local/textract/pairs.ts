/** The pairs of a page as they are found. */
import type { KeyValue } from './blocks'
import { rowsOf, textOf } from './lines'
import type { Word } from './page'

/** Every word serves in one pair only; the surer rule comes first. */
export class Pairs {
  readonly all: KeyValue[] = []
  private readonly used = new Set<Word>()

  add(key: readonly Word[], value: readonly Word[], confidence: number, checkbox?: KeyValue['checkbox']): void {
    if (key.length === 0 || this.isUsed(key) || this.isUsed(value)) return
    for (const word of [...key, ...value]) this.used.add(word)
    this.all.push({ key: [...key], value: [...value], confidence, ...(checkbox ? { checkbox } : {}) })
  }

  isUsed(words: readonly Word[]): boolean {
    return words.some((word) => this.used.has(word))
  }
}

export const inReadingOrder = (words: readonly Word[]): Word[] => rowsOf(words).flat()

/** Short enough to be a key, and words at all. */
export const isKeyText = (words: readonly Word[]): boolean => {
  const text = textOf(words)
  return words.length <= 8 && text.length <= 60 && /\p{L}/u.test(text) && !/^https?:$/i.test(text)
}

/** Says something of its own ("Date: ..."): it cannot be the value of another label. */
export const endsInColon = (words: readonly Word[]): boolean =>
  /:$/.test(textOf(words)) || words.slice(0, 5).some((word) => word.text.endsWith(':'))
