/** What one page says, before it is told in blocks. Coordinates are pixels of the page turned upright. */
import type { Canvas } from '@napi-rs/canvas'
import type { Checkbox } from './checkboxes'
import type { Box, ToInput } from './geometry'
import type { Rules } from './rules'

export interface Word extends Box {
  text: string
  /** 0..100 */
  confidence: number
}

export interface Line extends Box {
  words: Word[]
}

export interface PageText {
  width: number
  height: number
  words: Word[]
  checkboxes: Checkbox[]
  rules: Rules
  toInput: ToInput
}

/** A file of pages. */
export interface PageReader {
  pages: number
  /** Null when the page has no usable text layer: it must be read as a picture. */
  text(page: number): Promise<PageText | null>
  picture(page: number): Promise<Canvas>
  close(): Promise<void>
}

/** An answer of Textract's own kind: the code is one of the API's exceptions. */
export class DocumentError extends Error {
  constructor(
    readonly code:
      | 'UnsupportedDocumentException'
      | 'BadDocumentException'
      | 'DocumentTooLargeException'
      | 'InvalidParameterException',
    message: string,
  ) {
    super(message)
  }
}

export const unsupported = (): DocumentError =>
  new DocumentError('UnsupportedDocumentException', 'Request has unsupported document format')
export const unreadable = (): DocumentError => new DocumentError('BadDocumentException', 'Request has bad document')
