/** Coarse layout areas: title, tables, forms, paragraphs. */
import type { KeyValue, LayoutArea } from './blocks'
import { contains, height, median, overlapX } from './geometry'
import { textOf } from './lines'
import type { Line, Word } from './page'
import type { Table } from './tables'

export function layoutOf(lines: readonly Line[], tables: readonly Table[], pairs: readonly KeyValue[]): LayoutArea[] {
  const typical = median(lines.map(height))
  const paired = new Set<Word>(pairs.flatMap((pair) => [...pair.key, ...pair.value]))
  const areas: LayoutArea[] = []
  for (const line of lines) {
    const table = tables.find((one) => contains(one, line))
    const type = table ? 'LAYOUT_TABLE' : typeOf(line, typical, paired, areas)
    const last = areas.findLast((area) => area.type === type && belongs(area, line, table))
    if (last && type !== 'LAYOUT_TITLE') last.lines.push(line)
    else areas.push({ type, lines: [line] })
  }
  return areas
}

function typeOf(
  line: Line,
  typical: number,
  paired: ReadonlySet<Word>,
  before: readonly LayoutArea[],
): LayoutArea['type'] {
  const text = textOf(line.words)
  if (/^page\s+\d+(\s*(of|\/)\s*\d+)?$/i.test(text)) return 'LAYOUT_PAGE_NUMBER'
  if (line.words.some((word) => paired.has(word))) return 'LAYOUT_KEY_VALUE'
  if (height(line) > typical * 1.5)
    return before.some((area) => area.type === 'LAYOUT_TITLE') ? 'LAYOUT_SECTION_HEADER' : 'LAYOUT_TITLE'
  return 'LAYOUT_TEXT'
}

function belongs(area: LayoutArea, line: Line, table: Table | undefined): boolean {
  if (table) return area.lines.some((other) => contains(table, other))
  const last = area.lines.at(-1)
  return last !== undefined && line.top - last.bottom < height(line) * 1.2 && overlapX(last, line) > 0
}
