/** The OCR engine: one Tesseract kept warm, reading sheets of laid-out text lines. */
import { dirname, join } from 'node:path'
import { createWorker, OEM, PSM, type Word as TesseractWord } from 'tesseract.js'
import type { Word } from './page'
import type { Segment } from './segments'
import { pgm, type Sheet, type Strip } from './sheet'

type EngineWord = Pick<TesseractWord, 'text' | 'confidence' | 'bbox'>

export interface ReadWord extends Word {
  /** The line that it was cut out with. */
  segment: Segment
}

export interface Recogniser {
  /** Words with their boxes in page pixels. */
  read(sheet: Sheet): Promise<ReadWord[]>
  close(): Promise<void>
}

export async function createRecogniser(): Promise<Recogniser> {
  const data = join(dirname(require.resolve('@tesseract.js-data/eng/package.json')), '4.0.0_best_int')
  const worker = await createWorker('eng', OEM.LSTM_ONLY, {
    langPath: data,
    // Nothing is fetched and nothing is written: the model ships as a package.
    cacheMethod: 'none',
    // Without a handler the library throws out of an event callback and takes the process with it.
    errorHandler: () => {},
  })
  await worker.setParameters({
    tessedit_pageseg_mode: PSM.SINGLE_BLOCK,
    user_defined_dpi: '300',
    // Parameters that the types leave out: no log, and no second try with ink and paper exchanged (that is done before).
    ...{ debug_file: '/dev/null', tessedit_do_invert: '0' },
  })
  return {
    async read(sheet) {
      const { data: page } = await worker.recognize(pgm(sheet.gray), {}, { blocks: true, text: false })
      const lines = (page.blocks ?? []).flatMap((block) => block.paragraphs.flatMap((paragraph) => paragraph.lines))
      return lines.flatMap((line) => apart(line.words).flatMap((word) => place(word, sheet)))
    },
    async close() {
      await worker.terminate()
    },
  }
}

/** Where letters touch, the engine may give a word the box of its whole line: a word ends before the next one starts. */
function apart(words: readonly EngineWord[]): EngineWord[] {
  return words.map((word, index) => {
    const next = words[index + 1]
    const clipped = next !== undefined && next.bbox.x0 > word.bbox.x0 && next.bbox.x0 <= word.bbox.x1
    return clipped ? { ...word, bbox: { ...word.bbox, x1: next.bbox.x0 - 4 } } : word
  })
}

function place(word: EngineWord, sheet: Sheet): ReadWord[] {
  const middle = (word.bbox.y0 + word.bbox.y1) / 2
  const strip = sheet.strips.find(({ top, bottom }) => middle >= top - 10 && middle <= bottom + 10)
  const text = clean(word.text)
  return strip && text
    ? [{ text, confidence: word.confidence, ...onPage(word.bbox, strip), segment: strip.segment }]
    : []
}

/** Typographic quotes and dashes as Textract writes them. */
const clean = (text: string): string => text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, '-').trim()

function onPage(box: EngineWord['bbox'], strip: Strip) {
  const { segment, scale, left, top } = strip
  return {
    left: segment.left + (box.x0 - left) / scale,
    top: segment.top + (box.y0 - top) / scale,
    right: segment.left + (box.x1 - left) / scale,
    bottom: segment.top + (box.y1 - top) / scale,
  }
}
