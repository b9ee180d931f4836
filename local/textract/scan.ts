/** Reads a picture of a page: turned upright, straightened, brought to a good letter size, then recognised line by line. */
import { checkboxesOf } from './checkboxes'
import { readDoubtfulAgain } from './doubt'
import { height, width } from './geometry'
import { faintInkOf, inkOf } from './ink'
import type { PageText, Word } from './page'
import { brightenBands, type Component, componentsOf, letterHeight, type Mask, paint } from './raster'
import type { ReadWord, Recogniser } from './recogniser'
import { rulesOf } from './rules'
import type { SecondEngine } from './second-engine'
import { lookAgain } from './second-look'
import { segmentsOf } from './segments'
import { type Sheet, sheetsOf } from './sheet'
import { type Skew, skewOf } from './skew'
import { type Picture, type Upright, uprightOf } from './upright'

/** Height of a letter, in pixels, at which lines are found and cut out. */
const LETTER = 28
/** Letters of this height need no enlarging. */
const ENOUGH = 18
/** Degrees that do no harm. */
const LEVEL = 0.2
/** Mean confidence of a page that stands the right way up. */
const SURE = 70
/** Least confidence of a word that one engine read, and of one that the other did not bear out: of 294 below it none was right. */
const DOUBTED = 12
const DENIED = 38

/** Who reads a page, and who looks again at what is in doubt. */
export type Engines = { recogniser: Recogniser; second?: SecondEngine | undefined }

export async function readScan(picture: Picture, engines: Engines): Promise<PageText> {
  const draft = uprightOf(picture, Math.min(1, 2000 / Math.max(picture.width, picture.height)), 0)
  const letters = componentsOf(inkOf(draft.gray))
  const tall = letterHeight(letters)
  if (tall === 0) return empty(draft)
  const native = tall * (picture.width / draft.gray.width)
  const scale = native >= ENOUGH ? Math.min(1, Math.max(0.4, LETTER / native)) : Math.min(4, LETTER / native)
  const { inked, turn } = straighten(picture, scale, skewOf(letters.filter((box) => isLetterSized(box, tall))))
  const first = await readUpright(inked, engines, 'perhaps turned')
  if (!first.turned) return first.page
  const second = await readUpright(inkedOf(uprightOf(picture, scale, turn + 180)), engines, 'as it is')
  return second.page
}

interface Inked {
  upright: Upright
  ink: Mask
  components: Component[]
}

function inkedOf(upright: Upright): Inked {
  brightenBands(upright.gray, LETTER)
  const ink = inkOf(upright.gray)
  return { upright, ink, components: componentsOf(ink) }
}

/** Turns by what the draft shows, then by what only the larger picture shows. */
function straighten(picture: Picture, scale: number, skew: Skew): { inked: Inked; turn: number } {
  const turn = (skew.sideways ? 90 : 0) + (Math.abs(skew.angle) >= LEVEL ? skew.angle : 0)
  const inked = inkedOf(uprightOf(picture, scale, turn))
  const rest = skewOf(inked.components.filter((box) => isLetterSized(box, LETTER)))
  if (rest.sideways || Math.abs(rest.angle) < LEVEL || Math.abs(rest.angle) > 1) return { inked, turn }
  return { inked: inkedOf(uprightOf(picture, scale, turn + rest.angle)), turn: turn + rest.angle }
}

const isLetterSized = (box: Component, letter: number): boolean =>
  height(box) > letter * 0.5 && height(box) < letter * 2.5

const empty = (upright: Upright): PageText => ({
  width: upright.gray.width,
  height: upright.gray.height,
  words: [],
  checkboxes: [],
  rules: { horizontal: [], vertical: [] },
  toInput: upright.toInput,
})

/** Reads line by line; answers `turned` without a further look when lines read better upside down. */
async function readUpright(
  { upright, ink, components }: Inked,
  { recogniser, second }: Engines,
  how: 'perhaps turned' | 'as it is',
): Promise<{ page: PageText; turned: boolean }> {
  const { gray } = upright
  const letter = letterHeight(components)
  const checkboxes = checkboxesOf(ink, components, letter)
  const rules = rulesOf(faintInkOf(gray, 14), components, letter)
  for (const [boxes, margin] of [
    [checkboxes, 1],
    [[...rules.horizontal, ...rules.vertical], 1],
  ] as const) {
    paint(ink, boxes, 0, margin)
    paint(gray, boxes, 255, margin)
  }
  const page: PageText = {
    width: gray.width,
    height: gray.height,
    words: [],
    checkboxes,
    rules,
    toInput: upright.toInput,
  }
  const words: ReadWord[] = []
  const segments = segmentsOf(componentsOf(ink), letter, rules.vertical)
  const sheets = sheetsOf(gray, segments)
  const readings = await Promise.all(sheets.map((sheet) => recogniser.read(sheet)))
  for (const [index, sheet] of sheets.entries()) {
    const read = readings[index] ?? []
    words.push(...read)
    const certainty = certaintyOf(read)
    if (how === 'perhaps turned' && certainty < SURE && (await readsBetterTurned(sheet, recogniser, certainty)))
      return { page, turned: true }
  }
  // The second engine hears what the first did not believe in; without it that is dropped at once.
  const believed = words.filter((word) => isWord(word, letter, DOUBTED))
  if (second)
    page.words = (await lookAgain(words, segments, gray, second)).filter((word) => isWord(word, letter, DENIED))
  else page.words = certaintyOf(words) < 40 ? believed : await readDoubtfulAgain(believed, gray, recogniser)
  return { page, turned: false }
}

/** Specks and scraps of drawings come back as punctuation that the engine itself does not believe in. */
function isWord(word: Word, letter: number, least: number): boolean {
  if (width(word) < 1 || height(word) < letter * 0.12) return false
  if (!/[\p{L}\p{N}]/u.test(word.text)) return word.confidence >= 55
  return word.confidence >= least
}

function certaintyOf(words: readonly Word[]): number {
  const letters = words.reduce((sum, word) => sum + word.text.length, 0)
  return letters === 0 ? 0 : words.reduce((sum, word) => sum + word.confidence * word.text.length, 0) / letters
}

/** Upside down, text reads as nonsense of low confidence; a few of its lines turned round tell. */
async function readsBetterTurned(sheet: Sheet, recogniser: Recogniser, certainty: number): Promise<boolean> {
  const rows = Math.min(sheet.gray.height, 900)
  const data = sheet.gray.data.slice(0, rows * sheet.gray.width).reverse()
  const strips = sheet.strips.map((strip) => ({ ...strip, top: rows - strip.bottom, bottom: rows - strip.top }))
  const words = await recogniser.read({ gray: { width: sheet.gray.width, height: rows, data }, strips })
  const letters = words.reduce((sum, word) => sum + word.text.length, 0)
  return letters >= 12 && certaintyOf(words) >= SURE && certaintyOf(words) > certainty + 12
}
