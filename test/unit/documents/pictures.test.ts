import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { PDFDocument, rgb } from 'pdf-lib'
import { fixture } from '../../../demo/documents'
import { renderPages } from '../../../functions/documents/pictures/pages'
import { crop, type Picture, png, surroundings } from '../../../functions/documents/pictures/picture'
import { tiffOf } from '../../support/tiff'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const side = fc.integer({ min: 1, max: 4000 })

describe('the surroundings of a box', () => {
  it('lie on the page, hold the box, and are never empty', () => {
    fc.assert(
      fc.property(share, share, share, share, side, side, (left, top, width, height, wide, high) => {
        const part = surroundings({ left, top, width, height }, { width: wide, height: high })
        expect(part.width).toBeGreaterThanOrEqual(1)
        expect(part.height).toBeGreaterThanOrEqual(1)
        expect(part.left).toBeGreaterThanOrEqual(0)
        expect(part.top).toBeGreaterThanOrEqual(0)
        expect(part.left + part.width).toBeLessThanOrEqual(wide)
        expect(part.top + part.height).toBeLessThanOrEqual(high)
        expect(part.left).toBeLessThanOrEqual(left * wide)
        expect(part.left + part.width).toBeGreaterThanOrEqual(Math.floor(Math.min(1, left + width) * wide))
      }),
    )
  })
})

describe('a picture', () => {
  const page: Picture = { width: 4, height: 3, data: Uint8Array.from({ length: 36 }, (_, at) => at) }

  it('is cut row by row', () => {
    const part = crop(page, { left: 1, top: 1, width: 2, height: 2 })
    expect([...part.data]).toEqual([15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32])
  })

  it('is written as PNG: its header, and its rows behind a filter byte', () => {
    const file = Buffer.from(png(page))
    expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
    expect([file.readUInt32BE(16), file.readUInt32BE(20), file[24], file[25]]).toEqual([4, 3, 8, 2])
    const from = file.indexOf('IDAT') + 4
    const rows = inflateSync(file.subarray(from, from + file.readUInt32BE(from - 8)))
    expect([...rows.subarray(0, 13)]).toEqual([0, ...page.data.subarray(0, 12)])
    // PNG, annex D, of an empty IEND.
    expect(file.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082')
  })
})

/** Share of dots that are dark. */
const ink = ({ data, width, height }: Picture) => data.filter((value) => value < 100).length / (3 * width * height)

describe('pages', () => {
  it.each([
    ['commercial-invoice.pdf', 'application/pdf', 1],
    ['packing-list-two-pages.pdf', 'application/pdf', 2],
    ['packing-list.png', 'image/png', 1],
    ['packing-list-sideways.jpg', 'image/jpeg', 1],
  ] as const)('of %s are rendered with what is printed on them', async (name, contentType, number) => {
    const { bytes } = fixture(name, contentType)
    const pages = await renderPages(bytes, contentType, [number, 99])
    expect([...pages.keys()]).toEqual([number])
    const page = pages.get(number)
    if (!page) throw new Error('No page')
    expect(page.data).toHaveLength(page.width * page.height * 3)
    expect(Math.min(page.width, page.height)).toBeGreaterThan(600)
    expect(ink(page)).toBeGreaterThan(0.001)
    expect(ink(page)).toBeLessThan(0.3)
  })

  it('keep their colours', async () => {
    const red = await PDFDocument.create()
    red.addPage([20, 20]).drawRectangle({ x: 0, y: 0, width: 20, height: 20, color: rgb(1, 0, 0) })
    const page = (await renderPages(await red.save(), 'application/pdf', [1])).get(1)
    expect([...(page?.data.subarray(0, 3) ?? [])]).toEqual([255, 0, 0])
  })

  it('of a TIFF are its pictures', async () => {
    const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255)
    const file = tiffOf([
      { width: 1, height: 1, data: Uint8Array.of(0) },
      { width: 2, height: 2, data: colours },
    ])
    const pages = await renderPages(file, 'image/tiff', [1, 2, 3])
    expect([...pages.keys()]).toEqual([1, 2])
    expect(pages.get(1)?.data).toEqual(Uint8Array.of(0, 0, 0))
    expect(pages.get(2)).toEqual({ width: 2, height: 2, data: colours })
  })

  it('of what is no document are refused, not guessed', async () => {
    await expect(renderPages(Buffer.from('%PDF-1.7 nothing'), 'application/pdf', [1])).rejects.toThrow()
  })
})
