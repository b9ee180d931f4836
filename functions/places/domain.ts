/** Reads the official UN/LOCODE CSV and the built-in catalogue. Pure. */
import { parse } from 'csv-parse/sync'
import type { PlaceRecord } from '../../schemas/place'
import { AppError } from '../platform/errors'

const CODE = /^[A-Z]{2}[A-Z2-9]{3}$/

/** One line of places.tsv. */
export function builtInPlace(line: string): PlaceRecord {
  const [unLocode = '', name = '', functions = '', latitude = '', longitude = ''] = line.split('\t')
  return {
    unLocode,
    name,
    functions,
    ...(latitude && longitude ? { latitude: Number(latitude), longitude: Number(longitude) } : {}),
    source: 'DEFAULT',
  }
}

/**
 * Places of a UN/LOCODE CSV: the columns of UNECE (change, country, location, name, name without diacritics, subdivision,
 * status, function, date, IATA, coordinates, remarks), with or without a header that names them. Country headings and
 * entries marked X (to be removed) are left out.
 */
export function readUnLocodeCsv(text: string): PlaceRecord[] {
  const rows = csvRows(text)
  const columns = columnsOf(rows[0] ?? [])
  return rows.flatMap((row) => {
    const unLocode = `${row[columns.country] ?? ''}${row[columns.location] ?? ''}`
    if (!CODE.test(unLocode) || row[columns.change] === 'X') return []
    const place: PlaceRecord = {
      unLocode,
      name: (row[columns.name] ?? '').slice(0, 100),
      functions: (row[columns.function] ?? '').replaceAll(/[^1-8AB]/g, ''),
      ...coordinates(row[columns.coordinates] ?? ''),
      source: 'TENANT',
    }
    return [place]
  })
}

function csvRows(text: string): string[][] {
  try {
    return parse(text, { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true })
  } catch (error) {
    throw new AppError('invalid', 'csv.malformed', error instanceof Error ? error.message : 'The CSV cannot be read')
  }
}

const OFFICIAL = { change: 0, country: 1, location: 2, name: 3, function: 7, coordinates: 10 }

function columnsOf(header: string[]): typeof OFFICIAL {
  const names = header.map((name) => name.trim().toLowerCase())
  if (!names.includes('country') || !names.includes('location')) return OFFICIAL
  const at = (name: string) => names.indexOf(name)
  return {
    change: at('change'),
    country: at('country'),
    location: at('location'),
    name: at('name'),
    function: at('function'),
    coordinates: at('coordinates'),
  }
}

/** `5155N 00430E`: degrees and minutes; or decimal degrees separated by a comma. */
function coordinates(text: string): Pick<PlaceRecord, 'latitude' | 'longitude'> {
  const minutes = /^(\d{2})(\d{2})([NS]) (\d{3})(\d{2})([EW])$/.exec(text.trim())
  if (minutes) {
    const [, latDegrees, latMinutes, northSouth, lonDegrees, lonMinutes, eastWest] = minutes
    const round = (value: number) => Math.round(value * 100) / 100
    return {
      latitude: round((Number(latDegrees) + Number(latMinutes) / 60) * (northSouth === 'S' ? -1 : 1)),
      longitude: round((Number(lonDegrees) + Number(lonMinutes) / 60) * (eastWest === 'W' ? -1 : 1)),
    }
  }
  const decimal = /^(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?)$/.exec(text.trim())
  return decimal ? { latitude: Number(decimal[1]), longitude: Number(decimal[2]) } : {}
}

/** Places are stored in blocks by country and first letter: one read finds a place, few writes store a country. */
export const blockOf = (unLocode: string) => unLocode.slice(0, 3)

export const matches = (place: PlaceRecord, search: string) =>
  place.unLocode.startsWith(search.toUpperCase()) || place.name.toLowerCase().includes(search.toLowerCase())
