/** Pictures of the places that a person is asked about: cut when the question is put, shown through links that expire. */
import type { DoubtfulField } from '../../schemas/document-review'
import { logger } from '../platform/telemetry'
import { writeObject } from './client'
import { cropKey } from './domain/review'
import { crop, png, surroundings } from './pictures/picture'

interface Paper {
  tenantId: string
  shipmentId: string
  documentId: string
  contentType: Parameters<typeof import('./pictures/pages').renderPages>[1]
  bytes: Uint8Array
}

/**
 * Cuts the place of each field out of its page and stores it. Answers whether that was done: a person can do without,
 * so a file that Textract reads and our renderer does not is none that is refused. Once more, it writes the same.
 */
export async function storeCrops(
  { contentType, bytes, ...ids }: Paper,
  fields: readonly DoubtfulField[],
): Promise<boolean> {
  try {
    const numbers = fields.flatMap(({ page, box }) => (page !== undefined && box ? [page] : []))
    if (numbers.length === 0) return false
    const { renderPages } = await import('./pictures/pages')
    const pages = await renderPages(bytes, contentType, [...new Set(numbers)])
    const cuts = fields.flatMap(({ page, box }, index) => {
      const picture = page === undefined ? undefined : pages.get(page)
      return picture && box ? [{ index, part: crop(picture, surroundings(box, picture)) }] : []
    })
    await Promise.all(cuts.map(({ index, part }) => writeObject(cropKey(ids, index), 'image/png', png(part))))
    return cuts.length === numbers.length
  } catch (error) {
    logger.warn('No pictures for a review', { error: error instanceof Error ? error : new Error(String(error)) })
    return false
  }
}
