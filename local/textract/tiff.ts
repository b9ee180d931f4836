/** TIFF, as faxes and office scanners send it: one picture a page. */
import { type Canvas, createCanvas } from '@napi-rs/canvas'
import * as UTIF from 'utif2'
import { DocumentError, type PageReader, unreadable } from './page'

/** Longest side of a page, in pixels (Textract's own limit). */
const LONGEST_SIDE = 10_000
/** Tags of TIFF 6.0: a directory without a width is none of a page. */
const WIDTH = 't256'
const HEIGHT = 't257'

export function openTiff(bytes: Uint8Array): PageReader {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const directories = readable(() => UTIF.decode(file)).filter((directory) => sizeOf(directory).width > 0)
  return {
    pages: directories.length,
    text: async () => null,
    picture: async (number) => {
      const directory = directories[number - 1]
      if (!directory) throw unreadable()
      const { width, height } = sizeOf(directory)
      if (Math.max(width, height) > LONGEST_SIDE)
        throw new DocumentError('UnsupportedDocumentException', 'Request has an image larger than 10000 pixels')
      return readable(() => draw(file, directory))
    },
    close: async () => {},
  }
}

const sizeOf = (directory: UTIF.IFD) => ({ width: numberAt(directory, WIDTH), height: numberAt(directory, HEIGHT) })

function numberAt(directory: UTIF.IFD, tag: string): number {
  const value = directory[tag]
  return Array.isArray(value) ? Number(value[0]) : 0
}

function draw(file: Buffer, directory: UTIF.IFD): Canvas {
  UTIF.decodeImage(file, directory)
  const { width, height } = directory
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const image = context.createImageData(width, height)
  image.data.set(UTIF.toRGBA8(directory))
  context.putImageData(image, 0, 0)
  return canvas
}

/** What the decoder stumbles over is a damaged file. */
function readable<T>(decode: () => T): T {
  try {
    return decode()
  } catch {
    throw unreadable()
  }
}
