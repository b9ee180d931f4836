import { crc32, deflateSync } from 'node:zlib'
import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { checkLogo } from '../../../functions/company/logo'
import { AppError, pointerOf } from '../../../functions/platform/errors'
import { type Logo, MAX_LOGO_SIDE, PutLegalEntity } from '../../../schemas/legal-entity'

const HELM = { name: 'Helm Forwarding GmbH', address: 'Kai 7\n20457 Hamburg', country: 'DE' }
const account = (more: object) => ({ ...HELM, bankAccounts: [{ currency: 'EUR', ...more }] })
const pointers = (body: object) =>
  PutLegalEntity.safeParse(body).error?.issues.map((issue) => pointerOf(issue.path)) ?? []

describe('bank accounts', () => {
  test('have an IBAN with its check digits, written with spaces or without', () => {
    for (const iban of ['DE89370400440532013000', 'gb82 west 1234 5698 7654 32', 'NO93 8601 1117 947'])
      expect(PutLegalEntity.parse(account({ iban })).bankAccounts[0]?.iban).toBe(iban.replaceAll(' ', '').toUpperCase())
    expect(pointers(account({ iban: 'DE88370400440532013000' }))).toEqual(['/bankAccounts/0/iban'])
  })

  test('are refused when one digit of the IBAN is another, or two neighbours have changed places', () => {
    const iban = 'DE89370400440532013000'
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 21 }), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const digit = (Number(iban[at]) + by) % 10
        expect(pointers(account({ iban: iban.slice(0, at) + digit + iban.slice(at + 1) }))).toHaveLength(1)
      }),
    )
    for (let at = 4; at < 21; at += 1) {
      const swapped = iban.slice(0, at) + iban[at + 1] + iban[at] + iban.slice(at + 2)
      expect(pointers(account({ iban: swapped }))).toHaveLength(swapped === iban ? 0 : 1)
    }
  })

  test('have a BIC of eight or eleven signs', () => {
    const iban = 'DE89370400440532013000'
    for (const bic of ['COBADEFF', 'COBADEFFXXX', 'coba de ff']) expect(pointers(account({ iban, bic }))).toEqual([])
    for (const bic of ['COBADEF', 'COBADEFFXX', 'COBA1EFF'])
      expect(pointers(account({ iban, bic }))).toEqual(['/bankAccounts/0/bic'])
  })

  test('without an IBAN have a number, and say at which bank', () => {
    expect(pointers(account({ accountNumber: '123', routingNumber: '021000021' }))).toEqual([])
    expect(pointers(account({ accountNumber: '123', bic: 'CHASUS33' }))).toEqual([])
    expect(pointers(account({ accountNumber: '123' }))).toEqual(['/bankAccounts/0/routingNumber'])
    expect(pointers(account({}))).toEqual(['/bankAccounts/0/iban'])
  })

  test('are one a currency', () => {
    const [first] = account({ iban: 'DE89370400440532013000' }).bankAccounts
    expect(pointers({ ...HELM, bankAccounts: [first, { ...first, currency: 'USD' }, first] })).toEqual([
      '/bankAccounts/2/currency',
    ])
  })
})

test('numbers of the economic operator and members that nobody knows are refused by their place', () => {
  expect(pointers({ ...HELM, eoriNumber: '12', colour: 'red' })).toEqual(['/eoriNumber', ''])
})

const logoOf = (contentType: Logo['contentType'], bytes: Uint8Array): Logo => ({
  contentType,
  data: Buffer.from(bytes).toString('base64'),
})
const fault = (logo: Logo): string | undefined => {
  try {
    checkLogo(logo)
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.details.errors?.map(({ pointer }) => pointer)).toEqual(['/logo/data'])
    return error.details.errors?.[0]?.message
  }
}

describe('a logo', () => {
  const canvas = createCanvas(120, 40)
  const ink = canvas.getContext('2d')
  ink.fillStyle = '#103050'
  ink.fillRect(4, 4, 112, 32)
  const png = canvas.toBuffer('image/png')
  const jpeg = canvas.toBuffer('image/jpeg')

  test('is a whole PNG or JPEG, and what it says it is', () => {
    expect(fault(logoOf('image/png', png))).toBeUndefined()
    expect(fault(logoOf('image/jpeg', jpeg))).toBeUndefined()
    expect(fault(logoOf('image/jpeg', png))).toBe('expected a whole JPEG')
    const animated = Buffer.concat([png.subarray(0, 33), chunk('acTL', Buffer.alloc(8)), png.subarray(33)])
    expect(fault(logoOf('image/png', animated))).toBe('save the PNG without animation')
    expect(fault(logoOf('image/png', jpeg))).toBe('expected a whole PNG')
    for (const nothing of [Buffer.alloc(0), Buffer.from('<svg/>'), Buffer.from([0xff, 0xd8, 0xff, 0xd9])])
      for (const type of ['image/png', 'image/jpeg'] as const) expect(fault(logoOf(type, nothing))).toBeDefined()
  })

  test('with a byte changed or its end cut off is refused, if it is a PNG; a JPEG that is cut off, too', () => {
    fc.assert(
      fc.property(fc.nat(png.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const other = Buffer.from(png)
        other[at] = ((other[at] ?? 0) + by) % 256
        expect(fault(logoOf('image/png', other))).toBeDefined()
      }),
    )
    fc.assert(
      fc.property(fc.nat(png.length - 1), (end) => {
        expect(fault(logoOf('image/png', png.subarray(0, end)))).toBeDefined()
      }),
    )
    for (const end of [2, 20, jpeg.length - 1]) expect(fault(logoOf('image/jpeg', jpeg.subarray(0, end)))).toBeDefined()
  })

  test('that would unpack to more than its size says, or is larger than paper needs, is refused', () => {
    const wide = createCanvas(MAX_LOGO_SIDE + 1, 2)
    expect(fault(logoOf('image/png', wide.toBuffer('image/png')))).toContain('1200 a side')
    expect(fault(logoOf('image/jpeg', wide.toBuffer('image/jpeg')))).toContain('1200 a side')
    expect(fault(logoOf('image/png', pngOf(10, 10, deflateSync(Buffer.alloc(5_000_000)))))).toBe('expected a whole PNG')
    expect(fault(logoOf('image/png', pngOf(10, 10, deflateSync(Buffer.alloc(10 * 41)))))).toBeUndefined()
  })
})

/** Eight bits, RGBA. */
function pngOf(width: number, height: number, packed: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([png8, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))])
}
const png8 = Buffer.from('89504e470d0a1a0a', 'hex')

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data])
  const around = Buffer.alloc(8)
  around.writeUInt32BE(data.length, 0)
  around.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)])
}
