/** Pictures of the places that a person is asked about: cut when the question is put, shown through links that expire. */
import type { DoubtfulField } from '../../schemas/document-review'
import { logger } from '../platform/telemetry'
import { writeObject } from './client'
import { cropKey } from './domain/review'
import { crop, type Picture, png, surroundings } from './pictures/picture'

interface Paper {
  tenantId: string
  shipmentId: string
  documentId: string
  contentType: Parameters<typeof import('./pictures/pages').renderPages>[1]
  bytes: Uint8Array
}

interface Cut {
  index: number
  part: Picture
}

/**
 * Cuts the place of each field out of its page and stores it. Answers whether that was done: a person can do without,
 * so a file that Textract reads and our renderer does not is none that is refused. Once more, it writes the same.
 */
export async function storeCrops(
  { contentType, bytes, ...ids }: Paper,
  fields: readonly DoubtfulField[],
): Promise<boolean> {
  const wanted = fields.filter(({ page, box }) => page !== undefined && box)
  const cuts = wanted.length === 0 ? [] : await cutOut(contentType, bytes, fields)
  await Promise.all(cuts.map(({ index, part }) => writeObject(cropKey(ids, index), 'image/png', png(part))))
  return cuts.length > 0 && cuts.length === wanted.length
}

async function cutOut(
  contentType: Paper['contentType'],
  bytes: Uint8Array,
  fields: readonly DoubtfulField[],
): Promise<Cut[]> {
  try {
    const numbers = fields.flatMap(({ page, box }) => (page !== undefined && box ? [page] : []))
    const { renderPages } = await import('./pictures/pages')
    const pages = await renderPages(bytes, contentType, [...new Set(numbers)])
    return fields.flatMap(({ page, box }, index) => {
      const picture = page === undefined ? undefined : pages.get(page)
      return picture && box ? [{ index, part: crop(picture, surroundings(box, picture)) }] : []
    })
  } catch (error) {
    logger.warn('No pictures for a review', { error: error instanceof Error ? error : new Error(String(error)) })
    return []
  }
}
