/** What a table is, whether its lines are ruled or only aligned. */
import type { Box } from './geometry'
import type { Line, Word } from './page'

export interface Cell extends Box {
  /** From 1. */
  row: number
  column: number
  words: Word[]
  header: boolean
}

export interface Span {
  row: number
  column: number
  rows: number
  columns: number
}

export interface Table extends Box {
  cells: Cell[]
  merged: Span[]
  ruled: boolean
  title?: Line
  confidence: number
}
