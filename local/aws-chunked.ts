/** The `aws-chunked` content encoding: the SDK's frames around a streamed body, with a checksum in the trailer. */
import { S3Error } from './s3-errors'

const incomplete = () => new S3Error('IncompleteBody', 'The request body terminated unexpectedly', 400)
/** Longest line of a frame's head or a trailer. */
const MAX_LINE = 8192

/** The bytes inside the frames; `onTrailer` is called for each trailing header, names in lower case. */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const reader = createReader(source)
  for (;;) {
    const head = await reader.line()
    const size = Number.parseInt(head.split(';')[0] ?? '', 16)
    if (!Number.isInteger(size) || size < 0) throw incomplete()
    if (size === 0) break
    yield* reader.bytes(size)
    if ((await reader.line()) !== '') throw incomplete()
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':')
    onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
}

function createReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)
  async function fill(): Promise<void> {
    const { done, value } = await chunks.next()
    if (done) throw incomplete()
    buffer = buffer.length === 0 ? value : Buffer.concat([buffer, value])
  }
  return {
    async line(): Promise<string> {
      let end = buffer.indexOf('\r\n')
      while (end < 0) {
        if (buffer.length > MAX_LINE) throw incomplete()
        await fill()
        end = buffer.indexOf('\r\n')
      }
      const line = buffer.toString('latin1', 0, end)
      buffer = buffer.subarray(end + 2)
      return line
    },
    async *bytes(count: number): AsyncGenerator<Buffer> {
      let left = count
      while (left > 0) {
        if (buffer.length === 0) await fill()
        const piece = buffer.subarray(0, left)
        buffer = buffer.subarray(piece.length)
        left -= piece.length
        yield piece
      }
    },
  }
}
