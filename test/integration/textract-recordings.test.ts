/** What Textract itself read on the same pages. The recordings are not ours to ship: PORTOLAN_DATA names their folder. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from '../../local/textract/blocks'
import { createReader } from '../../local/textract/reader'

jest.setTimeout(60_000)

const DATA = process.env.PORTOLAN_DATA ?? join(__dirname, '../../../shared/data')
const PAIRS = join(DATA, '01_textract/pairs/textractor')
const recorded = existsSync(PAIRS) ? describe : describe.skip
if (!existsSync(PAIRS)) process.stderr.write(`skipped: no recordings of Textract in ${PAIRS} (set PORTOLAN_DATA)\n`)

const reader = createReader()
afterAll(() => reader.close())

async function readBoth(name: string): Promise<{ theirs: Block[]; ours: Block[] }> {
  const folder = join(PAIRS, name)
  const answer = readdirSync(folder).find((file) => file.endsWith('.json')) ?? ''
  const theirs: { Blocks: Block[] } = JSON.parse(readFileSync(join(folder, answer), 'utf8'))
  const document = readFileSync(join(folder, name))
  const { pages } = await reader.read(document, { features: ['FORMS', 'TABLES', 'LAYOUT'] }, { urgent: true })
  return { theirs: theirs.Blocks, ours: pages.flatMap((page) => page.blocks) }
}

/** Share of their words that ours has too, letter for letter, each counted once. */
function recall(theirs: readonly Block[], ours: readonly Block[]): number {
  const words = (blocks: readonly Block[]) =>
    blocks.flatMap((block) => (block.BlockType === 'WORD' ? [block.Text] : []))
  const left = words(ours)
  const wanted = words(theirs)
  const found = wanted.filter((word) => {
    const at = left.indexOf(word)
    if (at !== -1) left.splice(at, 1)
    return at !== -1
  })
  return found.length / wanted.length
}

recorded('against recordings of Textract', () => {
  test.each([
    ['single-page-1.png', 0.98],
    ['textractor-singlepage-doc.pdf', 0.98],
    ['reading_order.pdf', 0.98],
    ['receipt.jpg', 0.85],
  ])('%s: at least %d of its words', async (name, least) => {
    const { theirs, ours } = await readBoth(name)
    expect(recall(theirs, ours)).toBeGreaterThanOrEqual(least)
  })

  test('blocks have the properties and relationships of the real ones', async () => {
    const real = shapesOf(readdirSync(PAIRS).flatMap(recordings))
    const { ours } = await readBoth('single-page-1.png')
    for (const [type, shape] of shapesOf([ours])) {
      const alike = real.get(type)
      expect(alike).toBeDefined()
      expect([...shape.some].filter((name) => !alike?.some.has(name))).toEqual([])
      expect([...(alike?.every ?? [])].filter((name) => !shape.every.has(name))).toEqual([])
    }
    for (const type of ['PAGE', 'LINE', 'WORD', 'TABLE', 'CELL', 'MERGED_CELL', 'KEY_VALUE_SET', 'SELECTION_ELEMENT'])
      expect(ours.some((block) => block.BlockType === type)).toBe(true)
  })
})

function recordings(name: string): Block[][] {
  const files = readdirSync(join(PAIRS, name)).filter((file) => file.endsWith('.json'))
  return files.map((file) => {
    const answer: { Blocks: Block[] } = JSON.parse(readFileSync(join(PAIRS, name, file), 'utf8'))
    return answer.Blocks
  })
}

interface Shape {
  /** Properties, and relationships with the type they lead to, that some block of the type has. */
  some: Set<string>
  /** Properties that all of them have. */
  every: Set<string>
}

function shapesOf(documents: readonly Block[][]): Map<string, Shape> {
  const shapes = new Map<string, Shape>()
  for (const blocks of documents) {
    const types = new Map(blocks.map((block) => [block.Id, block.BlockType]))
    for (const block of blocks) {
      const names = Object.keys(block).filter((name) => name !== 'Page')
      const shape = shapes.get(block.BlockType) ?? { some: new Set(), every: new Set(names) }
      for (const { Type, Ids } of block.Relationships ?? [])
        for (const id of Ids) shape.some.add(`${Type} ${types.get(id)}`)
      for (const name of names) shape.some.add(name)
      for (const name of shape.every) if (!names.includes(name)) shape.every.delete(name)
      shapes.set(block.BlockType, shape)
    }
  }
  return shapes
}
