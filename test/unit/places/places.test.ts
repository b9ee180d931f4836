import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtInPlace, readUnLocodeCsv } from '../../../functions/places/domain'
import { catalogue } from '../../../functions/places/generate'
import { PlaceRecord } from '../../../schemas/place'

const TSV = join(__dirname, '../../../functions/places/places.tsv')

test('the built-in catalogue is what the packages give, and every line is a place', () => {
  expect(readFileSync(TSV, 'utf8')).toBe(`${catalogue()}\n`)
  const places = catalogue().split('\n').map(builtInPlace)
  for (const place of places) expect(PlaceRecord.safeParse(place).error).toBeUndefined()
  expect(places.find((place) => place.unLocode === 'NLRTM')).toMatchObject({ name: 'Rotterdam', latitude: 51.92 })
})

describe('the UN/LOCODE CSV', () => {
  const OFFICIAL = [
    ',"NL",,".NETHERLANDS",,,,,,,,',
    ',"NL","RTM","Rotterdam","Rotterdam","ZH","AF","12345---","0401",,"5155N 00430E",',
    'X,"NL","OLD","Gone","Gone",,"XX","1-------","0401",,,',
    '+,"US","NYC","New York","New York","NY","AI","12345---","0401",,"4042N 07400W","Use USNYC"',
  ].join('\r\n')

  test('is read as UNECE publishes it, without headings and removed entries', () => {
    expect(readUnLocodeCsv(OFFICIAL)).toEqual([
      { unLocode: 'NLRTM', name: 'Rotterdam', functions: '12345', latitude: 51.92, longitude: 4.5, source: 'TENANT' },
      { unLocode: 'USNYC', name: 'New York', functions: '12345', latitude: 40.7, longitude: -74, source: 'TENANT' },
    ])
  })

  test('is read by the names of its header when it has one', () => {
    const text = 'country,location,name,function\nDE,BER,Berlin,--345---\n'
    expect(readUnLocodeCsv(text)).toEqual([{ unLocode: 'DEBER', name: 'Berlin', functions: '345', source: 'TENANT' }])
  })

  test('that is none gives no places', () => {
    expect(readUnLocodeCsv('hello\nworld')).toEqual([])
  })
})
