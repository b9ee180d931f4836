import { Extraction } from '../../schemas/extraction'
import { get, put, type Tenant } from '../platform/table'

const pk = (documentId: string) => `DOCUMENT#${documentId}`

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
