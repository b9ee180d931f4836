/** Writes places.tsv, the built-in catalogue, from the port and airport packages: code, name, functions, latitude, longitude. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Ports = z.record(
  z.string(),
  z.object({
    name: z.string(),
    coordinates: z.tuple([z.number(), z.number()]).optional(),
    unlocs: z.array(z.string()),
  }),
)
const Airports = z.array(
  z.object({
    iata: z.string().nullish(),
    iso: z.string().nullish(),
    name: z.string().nullish(),
    status: z.number(),
    size: z.string().nullish(),
    type: z.string().nullish(),
    lat: z.string().nullish(),
    lon: z.string().nullish(),
  }),
)

const dataOf = (path: string): unknown => JSON.parse(readFileSync(require.resolve(path), 'utf8'))
const degrees = (value: number | string | null | undefined) => (value == null ? '' : Number(value).toFixed(2))

/** Airports get country and IATA code, which is their UN/LOCODE wherever UNECE could assign it so. */
export function catalogue(): string {
  const places = new Map<string, { name: string; functions: string; lat: string; lon: string }>()
  for (const port of Object.values(Ports.parse(dataOf('sea-ports/lib/ports.json'))))
    for (const code of port.unlocs)
      places.set(code, {
        name: port.name,
        functions: '1',
        lat: degrees(port.coordinates?.[1]),
        lon: degrees(port.coordinates?.[0]),
      })
  for (const airport of Airports.parse(dataOf('airports/airports.json'))) {
    if (airport.status !== 1 || airport.type !== 'airport' || airport.size === 'small') continue
    const code = `${airport.iso}${airport.iata}`
    const port = places.get(code)
    if (port) port.functions = '14'
    else
      places.set(code, {
        name: airport.name ?? '',
        functions: '4',
        lat: degrees(airport.lat),
        lon: degrees(airport.lon),
      })
  }
  return [...places]
    .filter(([code]) => /^[A-Z]{2}[A-Z2-9]{3}$/.test(code))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, place]) => [code, place.name.replaceAll('\t', ' '), place.functions, place.lat, place.lon].join('\t'))
    .join('\n')
}

if (require.main === module) writeFileSync(join(__dirname, 'places.tsv'), `${catalogue()}\n`)
