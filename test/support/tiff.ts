/** Baseline TIFF (TIFF 6.0): uncompressed, eight bits a sample, little-endian, one strip a page. */
export interface TiffPage {
  width: number
  height: number
  /** Rows of grey, or of red, green and blue. */
  data: Uint8Array
}

const SHORT = 3
const LONG = 4

export function tiffOf(pages: readonly TiffPage[]): Buffer {
  let file = Buffer.from('II*\0\0\0\0\0', 'latin1')
  // Where the place of the next directory is written: in the header, then at the end of each directory.
  let link = 4
  for (const page of pages) {
    file.writeUInt32LE(file.length + page.data.length, link)
    file = Buffer.concat([file, page.data, directoryOf(page, file.length)])
    link = file.length - 4
  }
  return file
}

function directoryOf({ width, height, data }: TiffPage, offset: number): Buffer {
  const samples = data.length / (width * height)
  const entries = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, 8],
    [259, SHORT, 1],
    [262, SHORT, samples === 1 ? 1 : 2],
    [273, LONG, offset],
    [277, SHORT, samples],
    [278, LONG, height],
    [279, LONG, data.length],
    [284, SHORT, 1],
  ] as const
  const directory = Buffer.alloc(2 + entries.length * 12 + 4)
  directory.writeUInt16LE(entries.length)
  for (const [index, [tag, type, value]] of entries.entries()) {
    const entry = 2 + index * 12
    directory.writeUInt16LE(tag, entry)
    directory.writeUInt16LE(type, entry + 2)
    directory.writeUInt32LE(1, entry + 4)
    directory.writeUInt32LE(value, entry + 8)
  }
  return directory
}
