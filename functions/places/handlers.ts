import { AppError, notFound } from '../platform/errors'
import type { Handlers } from '../platform/route'
import type { routes } from './contract'
import { matches, readUnLocodeCsv } from './domain'
import { findPlaces, placesOf, storePlaces } from './store'

export const handlers: Handlers<typeof routes> = {
  async findPlaces(context, { query }) {
    const places = await placesOf(context, query.country)
    return { body: { items: places.filter((place) => matches(place, query.search)).slice(0, query.limit) } }
  },

  async getPlace(context, { params }) {
    const place = (await findPlaces(context, [params.unLocode])).get(params.unLocode)
    if (!place) throw notFound('place')
    return { body: place }
  },

  async importPlaces(context, { raw }) {
    const places = readUnLocodeCsv(raw?.text ?? '')
    if (places.length === 0) throw new AppError('unprocessable', 'csv.no_places', 'No line holds a UN/LOCODE')
    const { blocks } = await storePlaces(context, places)
    return { body: { places: places.length, blocks } }
  },
}
