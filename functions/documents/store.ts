import { Extraction } from '../../schemas/extraction'
import { findPlaces } from '../places/store'
import type { Context } from '../platform/context'
import { get, getMany, put, type Tenant } from '../platform/table'
import type { ShipmentState } from '../shipments/items'
import { comparedDocuments, type Evidence } from './domain/comparison'

const pk = (documentId: string) => `DOCUMENT#${documentId}`
const documentIdOf = (key: string) => key.slice('DOCUMENT#'.length)

/** What was read stands apart from the shipment: it is wide, and few look at it. Reading again writes the same. */
export const saveExtraction = (tenant: Tenant, documentId: string, extraction: Extraction) =>
  put(tenant, { pk: pk(documentId), sk: 'EXTRACTION', body: JSON.stringify(extraction) })

export async function loadExtraction(tenant: Tenant, documentId: string): Promise<Extraction | undefined> {
  const item = await get(tenant, { pk: pk(documentId), sk: 'EXTRACTION' })
  return item && Extraction.parse(JSON.parse(String(item.body)))
}

/** The token of the intake that waits for Textract; a later one of the same document replaces it. */
export const saveReadingToken = (tenant: Tenant, documentId: string, token: string) =>
  put(tenant, { pk: pk(documentId), sk: 'READING', body: token })

export async function loadReadingToken(tenant: Tenant, documentId: string): Promise<string | undefined> {
  const item = await get(tenant, { pk: pk(documentId), sk: 'READING' })
  return item && String(item.body)
}

/** What was read from all documents that are compared, and the names of the shipment's places. */
export async function loadEvidence(context: Context, { documents, detail }: ShipmentState): Promise<Evidence> {
  const keys = comparedDocuments(documents).map(({ documentId }) => ({ pk: pk(documentId), sk: 'EXTRACTION' }))
  const codes = detail.legs.flatMap(({ from, to }) => [from.unLocode, to.unLocode])
  const [items, places] = await Promise.all([getMany(context, keys), findPlaces(context, [...new Set(codes)])])
  const extractions = items.map(
    (item) => [documentIdOf(item.pk), Extraction.parse(JSON.parse(String(item.body)))] as const,
  )
  return {
    extractions: new Map(extractions),
    places: new Map([...places].map(([code, { name }]) => [code, name])),
  }
}
