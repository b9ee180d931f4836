/** A document as it will be printed: boxes, tables and lines, without a word about pages or fonts. */
export interface Paper {
  title: string
  number: string
  /** Of the issue. */
  date: string
  blocks: Block[]
}

export type Block =
  /** Side by side; a label and what stands under it. */
  | { kind: 'boxes'; boxes: Box[] }
  | { kind: 'table'; columns: Column[]; rows: string[][]; total?: string[] }
  | { kind: 'text'; lines: string[] }

export interface Box {
  label: string
  lines: string[]
}

export interface Column {
  header: string
  /** Share of the page's width. */
  width: number
  align?: 'right'
}
