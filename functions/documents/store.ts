import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as z from 'zod'
import { Extraction } from '../../schemas/extraction'
import { findPlaces } from '../places/store'
import type { Context } from '../platform/context'
import { ConditionFailed, get, getMany, type Item, partition, put, type Tenant, transact } from '../platform/table'
import type { ShipmentState } from '../shipments/items'
import { VERDICTS, type Verdict } from './domain/arrival'
import { comparedDocuments, type Evidence } from './domain/comparison'
import { isKind, type Tally } from './domain/quality'
import type { PlaceNames } from './matrix/facts'

const pk = (documentId: string) => `DOCUMENT#${documentId}`
const documentIdOf = (key: string) => key.slice('DOCUMENT#'.length)

/**
 * What was read stands apart from the shipment: it is wide, and few look at it. Reading again writes the same. Deflated it is an
 * eighth as long, and as cheap: each KB written is a capacity unit.
 */
export const saveExtraction = (tenant: Tenant, documentId: string, extraction: Extraction) =>
  put(tenant, { pk: pk(documentId), sk: 'EXTRACTION', body: deflateRawSync(JSON.stringify(extraction)) })

function extractionOf({ body }: Item): Extraction {
  if (!(body instanceof Uint8Array)) throw new TypeError('An extraction is stored deflated')
  return Extraction.parse(JSON.parse(inflateRawSync(body).toString()))
}

export async function loadExtraction(tenant: Tenant, documentId: string): Promise<Extraction | undefined> {
  const item = await get(tenant, { pk: pk(documentId), sk: 'EXTRACTION' })
  return item && extractionOf(item)
}

/** The intake that waits for the verdict on a file; a later one of the same document replaces it. */
export interface ScanWait {
  token: string
  versionId: string
}

export const saveScanWait = (tenant: Tenant, documentId: string, { token, versionId }: ScanWait) =>
  put(tenant, { pk: pk(documentId), sk: 'SCAN', body: token, versionId })

export async function loadScanWait(tenant: Tenant, documentId: string): Promise<ScanWait | undefined> {
  const item = await get(tenant, { pk: pk(documentId), sk: 'SCAN' })
  return item && { token: String(item.body), versionId: String(item.versionId) }
}

/** Thirty days: longer than any verdict comes late, or again. */
const VERDICT_KEPT = 30 * 86_400

const verdictKey = (documentId: string, versionId: string) => ({ pk: pk(documentId), sk: `VERDICT#${versionId}` })

/** The first verdict on a version stands. Answers the one that does. */
export async function keepVerdict(
  context: Context,
  documentId: string,
  versionId: string,
  verdict: Verdict,
): Promise<Verdict> {
  const expiresAt = Math.floor(Date.parse(context.now) / 1000) + VERDICT_KEPT
  try {
    await put(context, { ...verdictKey(documentId, versionId), body: verdict, expiresAt }, 'absent')
    return verdict
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    return (await loadVerdict(context, documentId, versionId)) ?? verdict
  }
}

export async function loadVerdict(tenant: Tenant, documentId: string, versionId: string): Promise<Verdict | undefined> {
  const item = await get(tenant, verdictKey(documentId, versionId))
  return item && z.enum(VERDICTS).parse(item.body)
}

/** The token of the intake that waits for Textract; a later one of the same document replaces it. */
export const saveReadingToken = (tenant: Tenant, documentId: string, token: string) =>
  put(tenant, { pk: pk(documentId), sk: 'READING', body: token })

export async function loadReadingToken(tenant: Tenant, documentId: string): Promise<string | undefined> {
  const item = await get(tenant, { pk: pk(documentId), sk: 'READING' })
  return item && String(item.body)
}

/** What was read from all documents that are compared, and the names of the shipment's places. */
export async function loadEvidence(context: Context, state: ShipmentState): Promise<Evidence> {
  const keys = comparedDocuments(state.documents).map(({ documentId }) => ({ pk: pk(documentId), sk: 'EXTRACTION' }))
  const [items, places] = await Promise.all([getMany(context, keys), loadPlaces(context, state)])
  const extractions = items.map((item) => [documentIdOf(item.pk), extractionOf(item)] as const)
  return { extractions: new Map(extractions), places }
}

/** Names of the shipment's places. */
export async function loadPlaces(context: Context, { detail }: Pick<ShipmentState, 'detail'>): Promise<PlaceNames> {
  const codes = detail.legs.flatMap(({ from, to }) => [from.unLocode, to.unLocode])
  const places = await findPlaces(context, [...new Set(codes)])
  return new Map([...places].map(([code, { name }]) => [code, name]))
}

const QUALITY = 'QUALITY'

/** What people have decided about readings so far: a handful of counters a field. */
export async function loadTallies(tenant: Tenant): Promise<Tally[]> {
  return (await partition(tenant, QUALITY)).flatMap(({ sk, right, decided }) => {
    const [kind = '', field = '', bucket = ''] = sk.split('#')
    return isKind(kind) ? [{ kind, field, bucket: Number(bucket), right: Number(right), decided: Number(decided) }] : []
  })
}

/** Ninety days: longer than any event is delivered again. */
const REMEMBERED = 90 * 86_400

/** Adds to the counters, once for an event. */
export async function addTallies(context: Context, eventId: string, tallies: readonly Tally[]): Promise<void> {
  if (tallies.length === 0) return
  const expiresAt = Math.floor(Date.parse(context.now) / 1000) + REMEMBERED
  const seen = { put: { pk: `${QUALITY}-EVENT#${eventId}`, sk: 'SEEN', expiresAt }, if: 'absent' } as const
  const counts = tallies.map(({ kind, field, bucket, right, decided }) => ({
    update: { pk: QUALITY, sk: `${kind}#${field}#${bucket}` },
    add: { right, decided },
  }))
  try {
    await transact(context, [seen, ...counts])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
}
