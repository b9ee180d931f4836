/** Reads multipart/form-data as it streams in: fields in memory, the file as it comes. */

/** A body that is not well-formed multipart/form-data. */
export class MalformedForm extends Error {}
/** What stands before the file exceeds its limit. */
export class FormTooLarge extends Error {}

export interface FilePart {
  filename: string
  contentType: string | undefined
  /** Ends where the file ends; throws MalformedForm if the body breaks off before. */
  content: AsyncGenerator<Buffer>
}

export interface Form {
  /** Fields that stand before the file, in their order; names in lower case. What follows the file is not read. */
  fields: Map<string, string>
  /** Undefined if the form has none. */
  file: FilePart | undefined
}

/** The boundary in a Content-Type header; undefined if it is no multipart/form-data. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/** Reads up to the part named `file`. `maxBytes` bounds all that comes before its content. */
export async function readForm(source: AsyncIterable<Buffer>, boundary: string, maxBytes: number): Promise<Form> {
  const parts = createPartReader(source, Buffer.from(`\r\n--${boundary}`), maxBytes)
  const fields = new Map<string, string>()
  await parts.skipPreamble()
  while (await parts.next()) {
    const { name, filename, contentType } = parsePartHeaders(await parts.headers())
    if (name === 'file') return { fields, file: { filename: filename ?? '', contentType, content: parts.content() } }
    fields.set(name, await parts.text())
  }
  return { fields, file: undefined }
}

function createPartReader(source: AsyncIterable<Buffer>, delimiter: Buffer, maxBytes: number) {
  const chunks = source[Symbol.asyncIterator]()
  // The first delimiter has no line end of its own before it.
  let buffer: Buffer = Buffer.from('\r\n')
  let left = maxBytes

  async function fill(): Promise<void> {
    const { done, value } = await chunks.next()
    if (done) throw new MalformedForm('The body ends within a part')
    buffer = buffer.length === 0 ? value : Buffer.concat([buffer, value])
  }

  /** Takes bytes from the front of the buffer. */
  function take(count: number): Buffer {
    const taken = buffer.subarray(0, count)
    buffer = buffer.subarray(count)
    return taken
  }

  function spend(bytes: number): void {
    left -= bytes
    if (left < 0) throw new FormTooLarge('The fields before the file are too large')
  }

  async function until(end: string | Buffer): Promise<Buffer> {
    let from = 0
    for (;;) {
      const at = buffer.indexOf(end, from)
      if (at >= 0) {
        const found = take(at)
        take(end.length)
        spend(found.length)
        return found
      }
      if (buffer.length > left + end.length) spend(buffer.length)
      from = Math.max(0, buffer.length - end.length + 1)
      await fill()
    }
  }

  /** The content of the present part, up to its delimiter, as it comes. */
  async function* content(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = buffer.indexOf(delimiter)
      if (at >= 0) {
        if (at > 0) yield take(at)
        take(delimiter.length)
        return
      }
      // The end of the buffer may be the beginning of a delimiter.
      const safe = buffer.length - delimiter.length + 1
      if (safe > 0) yield take(safe)
      await fill()
    }
  }

  return {
    skipPreamble: async () => void (await until(delimiter)),
    /** True if another part follows the delimiter, false if it was the last one. */
    async next(): Promise<boolean> {
      while (buffer.length < 2) await fill()
      if (buffer.toString('latin1', 0, 2) === '--') return false
      const padding = await until('\r\n')
      if (padding.toString('latin1').trim() !== '') throw new MalformedForm('A delimiter is followed by text')
      return true
    },
    async headers(): Promise<string> {
      const lines: string[] = []
      for (;;) {
        const line = (await until('\r\n')).toString()
        spend(2)
        if (line === '') return lines.join('\r\n')
        lines.push(line)
      }
    },
    text: async () => (await until(delimiter)).toString(),
    content,
  }
}

function parsePartHeaders(headers: string): { name: string; filename?: string; contentType: string | undefined } {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(headers)?.[1]
  if (disposition === undefined) throw new MalformedForm('A part has no Content-Disposition of form-data')
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of disposition.matchAll(/([\w*-]+)=(?:"((?:\\.|[^"\\])*)"|([^;\s]*))/g)) {
    parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(["\\])/g, '$1') ?? plain ?? '')
  }
  const name = parameters.get('name')
  if (name === undefined) throw new MalformedForm('A part has no name')
  const filename = parameters.get('filename')
  const contentType = /^content-type:\s*(.*)$/im.exec(headers)?.[1]?.trim()
  return { name: name.toLowerCase(), contentType, ...(filename === undefined ? {} : { filename }) }
}
