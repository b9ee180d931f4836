import fc from 'fast-check'
import { boundaryOf, type Form, FormTooLarge, MalformedForm, readForm } from '../../../local/multipart-form'

const BOUNDARY = '----portolan7MA4YWxk'

interface Part {
  name: string
  content: Buffer
  filename?: string
}

function encode(parts: Part[], ending = '--\r\n'): Buffer {
  const pieces = parts.flatMap(({ name, filename, content }) => [
    `--${BOUNDARY}\r\n`,
    `Content-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n`,
    ...(filename === undefined ? [] : ['Content-Type: application/pdf\r\n']),
    '\r\n',
    content,
    '\r\n',
  ])
  return Buffer.concat([...pieces, `--${BOUNDARY}${ending}`].map((piece) => Buffer.from(piece)))
}

/** The body in pieces of these sizes, the last of them repeated. */
async function* cut(body: Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (let piece = 0; at < body.length; piece++) {
    const size = sizes[Math.min(piece, sizes.length - 1)] ?? body.length
    yield body.subarray(at, at + size)
    at += size
  }
}

async function whole(form: Form): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of form.file?.content ?? []) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const read = (body: Buffer, sizes = [body.length], limit = 20_480) => readForm(cut(body, sizes), BOUNDARY, limit)

const text = (name: string, value: string): Part => ({ name, content: Buffer.from(value) })
const FILE: Part = { name: 'file', filename: 'a.pdf', content: Buffer.from('%PDF-1.7\r\n--not a boundary\r\n') }

describe('a form', () => {
  test('gives its fields and its file', async () => {
    const form = await read(encode([text('Key', 'docs/1'), text('x-amz-meta-name', 'Zürich, 株式会社'), FILE]))
    expect([...form.fields]).toEqual([
      ['key', 'docs/1'],
      ['x-amz-meta-name', 'Zürich, 株式会社'],
    ])
    expect(form.file).toMatchObject({ filename: 'a.pdf', contentType: 'application/pdf' })
    expect(await whole(form)).toEqual(FILE.content)
  })

  test('is read alike wherever it is cut', async () => {
    // Pieces of a boundary inside the file are what a wrong parser trips over.
    const nasty = fc.constantFrom(
      '\r\n',
      '\r',
      '\n',
      '--',
      `\r\n--`,
      BOUNDARY.slice(0, 9),
      `\r\n--${BOUNDARY.slice(0, -1)}`,
      'x',
      '\0\xff',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(nasty, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 }),
        async (pieces, sizes) => {
          const content = Buffer.from(pieces.join(''), 'latin1')
          const form = await read(encode([text('key', 'k'), { ...FILE, content }, text('late', 'ignored')]), sizes)
          expect(form.fields.get('key')).toBe('k')
          expect(await whole(form)).toEqual(content)
        },
      ),
    )
  })

  test('is read byte by byte', async () => {
    const form = await read(encode([text('key', 'k'), FILE]), [1])
    expect(await whole(form)).toEqual(FILE.content)
  })

  test('may have a preamble, blanks after a boundary, and quotes in names', async () => {
    const body = encode([{ ...FILE, filename: 'a \\"b\\".pdf' }])
      .toString()
      .replace(BOUNDARY, `${BOUNDARY} \t`)
    const form = await read(Buffer.from(`a preamble\r\n${body}`))
    expect(form.file?.filename).toBe('a "b".pdf')
  })

  test('may have no file', async () => {
    const form = await read(encode([text('key', 'k')]))
    expect(form).toEqual({ fields: new Map([['key', 'k']]), file: undefined })
  })

  test('is malformed wherever it breaks off', async () => {
    const body = encode([text('key', 'k'), FILE])
    for (let length = 0; length < body.length - 4; length++) {
      const broken = body.subarray(0, length)
      await expect(read(broken, [7]).then(whole)).rejects.toThrow(MalformedForm)
    }
  })

  test.each([
    ['a part without a name', encode([FILE]).toString().replace('name="file"; ', '')],
    [
      'a part without a disposition',
      encode([FILE])
        .toString()
        .replace(/Content-Disposition.*\r\n/, ''),
    ],
    ['text after a boundary', encode([FILE]).toString().replace(BOUNDARY, `${BOUNDARY}x`)],
  ])('is malformed with %s', async (_name, body) => {
    await expect(read(Buffer.from(body)).then(whole)).rejects.toThrow(MalformedForm)
  })

  test.each([
    ['a long field', encode([text('key', 'k'.repeat(3000)), FILE])],
    ['many fields', encode([...Array.from({ length: 300 }, (_, n) => text(`x-${n}`, 'value')), FILE])],
    ['a long header', encode([{ ...FILE, filename: 'x'.repeat(3000) }])],
    ['no boundary at all', Buffer.alloc(100_000, 'x')],
  ])('is refused for %s before the file', async (_name, body) => {
    await expect(read(body, [64], 2000)).rejects.toThrow(FormTooLarge)
  })

  test('holds no more of a file in memory than comes at once', async () => {
    const chunk = Buffer.alloc(65_536, 'a')
    async function* source() {
      yield encode([text('key', 'k'), FILE], '').subarray(0, -BOUNDARY.length - 4)
      for (let n = 0; n < 100; n++) yield chunk
      yield Buffer.from(`\r\n--${BOUNDARY}--`)
    }
    const form = await readForm(source(), BOUNDARY, 2000)
    let size = 0
    for await (const piece of form.file?.content ?? []) {
      expect(piece.length).toBeLessThan(2 * chunk.length)
      size += piece.length
    }
    expect(size).toBe(FILE.content.length + 100 * chunk.length)
  })
})

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/form-data', undefined],
  ['multipart/mixed; boundary=abc', undefined],
  ['application/json', undefined],
])('the boundary of %s is %s', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary)
})
