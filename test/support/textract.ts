/** Reading aids for blocks: texts, pairs and tables as plain values. */
import type { Block } from '../../local/textract/blocks'

export interface Reading {
  lines: string[]
  pairs: Map<string, string>
  /** Rows of cell texts. */
  tables: string[][][]
}

export function readingOf(blocks: readonly Block[]): Reading {
  const byId = new Map(blocks.map((block) => [block.Id, block]))
  const idsOf = (block: Block | undefined, type: string): string[] =>
    block?.Relationships?.find((relation) => relation.Type === type)?.Ids ?? []
  const text = (block: Block | undefined): string =>
    idsOf(block, 'CHILD')
      .map((id) => byId.get(id))
      .map((child) => child?.Text ?? child?.SelectionStatus ?? '')
      .join(' ')
  const keys = blocks.filter((block) => block.EntityTypes?.includes('KEY'))
  const tables = blocks.filter((block) => block.BlockType === 'TABLE')
  return {
    lines: blocks.flatMap((block) => (block.BlockType === 'LINE' ? [block.Text ?? ''] : [])),
    pairs: new Map(keys.map((key) => [text(key).replace(/:$/, ''), text(byId.get(idsOf(key, 'VALUE')[0] ?? ''))])),
    tables: tables.map((table) =>
      rows(
        idsOf(table, 'CHILD').map((id) => byId.get(id)),
        text,
      ),
    ),
  }
}

function rows(cells: readonly (Block | undefined)[], text: (block: Block | undefined) => string): string[][] {
  const result: string[][] = []
  for (const cell of cells) {
    const row = (cell?.RowIndex ?? 1) - 1
    result[row] ??= []
    const columns = result[row]
    if (columns) columns[(cell?.ColumnIndex ?? 1) - 1] = text(cell)
  }
  return result
}
