import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { PlaceRecord } from '../../schemas/place'
import { getMany, type Item, partition, put, type Tenant } from '../platform/table'
import { blockOf, builtInPlace } from './domain'

let builtIn: Map<string, string> | undefined
/** Lines of the built-in catalogue by code. Read at the first need: most invocations know all their places already. */
function catalogue(): Map<string, string> {
  builtIn ??= new Map(
    readFileSync(join(__dirname, 'places.tsv'), 'utf8')
      .split('\n')
      .map((line) => [line.slice(0, 5), line]),
  )
  return builtIn
}

const PK = 'PLACES'
const blockKey = (block: string) => ({ pk: PK, sk: block })
const placesIn = (item: Item) => z.array(PlaceRecord).parse(JSON.parse(String(item.body)))

/** The places among `codes` that exist. The table is asked only for those that are not built in. */
export async function findPlaces(tenant: Tenant, codes: readonly string[]): Promise<Map<string, PlaceRecord>> {
  const found = new Map<string, PlaceRecord>()
  const missing = new Set<string>()
  for (const code of codes) {
    const line = catalogue().get(code)
    if (line) found.set(code, builtInPlace(line))
    else missing.add(code)
  }
  if (missing.size === 0) return found
  const blocks = await getMany(tenant, [...new Set([...missing].map(blockOf))].map(blockKey))
  for (const place of blocks.flatMap(placesIn)) if (missing.has(place.unLocode)) found.set(place.unLocode, place)
  return found
}

/** All places of a country, or of a block: the tenant's own stand before the built-in ones. */
export async function placesOf(tenant: Tenant, prefix: string): Promise<PlaceRecord[]> {
  const own = (await partition(tenant, PK, prefix.slice(0, 3))).flatMap(placesIn)
  const taken = new Set(own.map((place) => place.unLocode))
  const rest = [...catalogue()]
    .filter(([code]) => code.startsWith(prefix) && !taken.has(code))
    .map(([, line]) => builtInPlace(line))
  return [...own, ...rest]
}

const WRITERS = 16

/** Merges places into the tenant's blocks. Repeating it changes nothing. */
export async function storePlaces(tenant: Tenant, places: readonly PlaceRecord[]): Promise<{ blocks: number }> {
  const byBlock = new Map<string, Map<string, PlaceRecord>>()
  for (const place of places) {
    const block = byBlock.get(blockOf(place.unLocode)) ?? new Map<string, PlaceRecord>()
    byBlock.set(blockOf(place.unLocode), block.set(place.unLocode, place))
  }
  for (const item of await getMany(tenant, [...byBlock.keys()].map(blockKey))) {
    const block = byBlock.get(item.sk)
    for (const place of placesIn(item)) if (block && !block.has(place.unLocode)) block.set(place.unLocode, place)
  }
  const queue = [...byBlock]
  const write = async () => {
    for (let next = queue.pop(); next; next = queue.pop())
      await put(tenant, { ...blockKey(next[0]), body: JSON.stringify([...next[1].values()]) })
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  return { blocks: byBlock.size }
}
