import type { Logo } from '../../../schemas/legal-entity'

/** A document as it will be printed: boxes, tables and lines, without a word about pages or fonts. */
export interface Paper {
  title: string
  number: string
  /** Of the issue. */
  date: string
  /** Of the issue, too. */
  place?: string
  /** Letterhead: in whose name it goes out. */
  issuer?: Box
  logo?: Logo
  blocks: Block[]
}

export type Block =
  /** Side by side; a label and what stands under it. */
  | { kind: 'boxes'; boxes: Box[]; strong?: true }
  | Table
  | { kind: 'text'; lines: string[] }
  /** Room to sign, side by side. */
  | { kind: 'signatures'; labels: string[] }

export interface Table {
  kind: 'table'
  columns: Column[]
  rows: string[][]
  total?: string[]
}

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
