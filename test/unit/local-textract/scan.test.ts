import { inkOf } from '../../../local/textract/ink'
import type { Gray } from '../../../local/textract/raster'
import { weigh } from '../../../local/textract/second-look'
import type { Segment } from '../../../local/textract/segments'
import { sheetsOf } from '../../../local/textract/sheet'

const page = (width: number, height: number, tone: (x: number, y: number) => number): Gray => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, at) => tone(at % width, Math.floor(at / width))),
})

/** A stroke three pixels wide every twelve: what a line of letters looks like from afar. */
const stroke = (x: number, y: number): boolean => y % 32 > 8 && y % 32 < 24 && x % 12 < 3

const inkedShare = (gray: Gray, where: (x: number, y: number) => boolean): number => {
  const { data } = inkOf(gray)
  const places = [...gray.data.keys()].filter((at) => where(at % gray.width, Math.floor(at / gray.width)))
  return places.filter((at) => data[at] === 1).length / places.length
}

const inside = (x: number, y: number): boolean => x > 40 && x < 280 && y > 40 && y < 280

describe('ink', () => {
  test.each([
    ['black', 20],
    ['grey', 120],
    ['worn', 185],
  ])('%s print is ink, the paper between is not', (_, tone) => {
    const gray = page(320, 320, (x, y) => (stroke(x, y) ? tone : 245))
    expect(inkedShare(gray, (x, y) => inside(x, y) && stroke(x, y))).toBeGreaterThan(0.98)
    expect(inkedShare(gray, (x, y) => inside(x, y) && !stroke(x, y))).toBe(0)
  })

  test('a fine pattern behind dark print is not ink', () => {
    const gray = page(320, 320, (x, y) => (stroke(x, y) ? 40 : (x + y) % 6 < 2 ? 205 : 235))
    expect(inkedShare(gray, (x, y) => inside(x, y) && !stroke(x, y))).toBeLessThan(0.02)
    expect(inkedShare(gray, (x, y) => inside(x, y) && stroke(x, y))).toBeGreaterThan(0.98)
  })
})

test('more lines than the engine takes in one picture go on several sheets', () => {
  const lines: Segment[] = Array.from({ length: 900 }, (_, row) => {
    const box = { left: 10, right: 60, top: row * 30, bottom: row * 30 + 20 }
    return { ...box, letters: [{ ...box, pixels: 100 }] }
  })
  const blank: Gray = { width: 80, height: 27_000, data: new Uint8Array(80 * 27_000).fill(255) }
  const sheets = sheetsOf(blank, lines)
  expect(sheets.flatMap(({ strips }) => strips.map(({ segment }) => segment))).toEqual(lines)
  for (const { gray } of sheets) expect(gray.height).toBeLessThan(10_000)
})

test('a longer text is parted for two engines, a short one is not', () => {
  const linesOf = (count: number): Segment[] =>
    Array.from({ length: count }, (_, row) => {
      const box = { left: 10, right: 60, top: row * 30, bottom: row * 30 + 20 }
      return { ...box, letters: [{ ...box, pixels: 100 }] }
    })
  const blank: Gray = { width: 80, height: 3000, data: new Uint8Array(80 * 3000).fill(255) }
  expect(sheetsOf(blank, linesOf(10))).toHaveLength(1)
  const heights = sheetsOf(blank, linesOf(90)).map(({ gray }) => gray.height)
  expect(heights).toHaveLength(2)
  expect(Math.min(...heights) / Math.max(...heights)).toBeGreaterThan(0.9)
})

describe('two readings of a word', () => {
  const word = (text: string, confidence: number) => ({ text, confidence, left: 0, right: 10, top: 0, bottom: 10 })

  test('that agree leave less doubt than either', () => {
    expect(weigh(word('TD01167104', 81), { text: 'TD01167104', confidence: 98 }).confidence).toBeGreaterThan(98)
  })

  test('that differ leave the surer one standing, less sure than it was', () => {
    const settled = weigh(word('TDO1167104', 81), { text: 'TD01167104', confidence: 98 })
    expect(settled.text).toBe('TD01167104')
    expect(settled.confidence).toBeLessThan(80)
  })

  test('agree where one engine knows no accents', () => {
    expect(weigh(word('Münster', 70), { text: 'Munster', confidence: 95 })).toMatchObject({ text: 'Münster' })
  })

  test('count for nothing in letters that trade papers of these languages do not have', () => {
    expect(weigh(word('Roll', 50), { text: '卡Roll', confidence: 90 })).toMatchObject({ text: 'Roll', confidence: 50 })
  })
})
