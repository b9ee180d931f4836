/** The OCR engine: Tesseract kept warm, once for each of two processors, reading sheets of laid-out text lines. */
import { availableParallelism } from 'node:os'
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

/** Sheets given at the same time are read side by side, as far as there are processors; the second engine starts when first needed. */
export async function createRecogniser(): Promise<Recogniser> {
  const first = startEngine()
  const engines = [first]
  const idle = [await first]
  const waiting: ((engine: Engine) => void)[] = []
  const next = async (): Promise<Engine> => {
    const ready = idle.pop()
    if (ready) return ready
    if (engines.length >= Math.min(MOST_ENGINES, availableParallelism()))
      return new Promise((resolve) => waiting.push(resolve))
    const started = startEngine()
    engines.push(started)
    return started
  }
  return {
    async read(sheet) {
      const engine = await next()
      try {
        const { data: page } = await engine.recognize(pgm(sheet.gray), {}, { blocks: true, text: false })
        const lines = (page.blocks ?? []).flatMap((block) => block.paragraphs.flatMap((paragraph) => paragraph.lines))
        return lines.flatMap((line) => apart(line.words).flatMap((word) => place(word, sheet)))
      } finally {
        const give = waiting.shift()
        if (give) give(engine)
        else idle.push(engine)
      }
    },
    async close() {
      for (const engine of engines) await (await engine).terminate()
    },
  }
}

type Engine = Awaited<ReturnType<typeof createWorker>>

/** More than two gain little on one page, and each takes some 100 MB. */
const MOST_ENGINES = 2

async function startEngine(): Promise<Engine> {
  const data = join(dirname(require.resolve('@tesseract.js-data/eng/package.json')), '4.0.0_best_int')
  const engine = await createWorker('eng', OEM.LSTM_ONLY, {
    langPath: data,
    // Nothing is fetched and nothing is written: the model ships as a package.
    cacheMethod: 'none',
    // Without a handler the library throws out of an event callback and takes the process with it.
    errorHandler: () => {},
  })
  await engine.setParameters({
    tessedit_pageseg_mode: PSM.SINGLE_BLOCK,
    user_defined_dpi: '300',
    // Parameters that the types leave out: no log, and no second try with ink and paper exchanged (that is done before).
    ...{ debug_file: '/dev/null', tessedit_do_invert: '0' },
  })
  return engine
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
