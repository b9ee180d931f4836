/** The files that partners send in the demo, and how they are sent. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import * as z from 'zod'
import type { DocumentType } from '../schemas/codes'
import type { ContentType } from '../schemas/document'
import type { Api, Caller } from './api'

export interface File {
  name: string
  contentType: ContentType
  bytes: Uint8Array
}

const FOLDER = join(__dirname, '..', 'test', 'fixtures', 'documents')
export const fixture = (name: string, contentType: ContentType): File => ({
  name,
  contentType,
  bytes: readFileSync(join(FOLDER, name)),
})

/** A signed receipt of the goods at the consignee's door. */
export async function proofOfDelivery(): Promise<File> {
  const document = await PDFDocument.create()
  const page = document.addPage([595, 842])
  const bold = await document.embedFont(StandardFonts.HelveticaBold)
  const font = await document.embedFont(StandardFonts.Helvetica)
  page.drawText('PROOF OF DELIVERY', { x: 60, y: 770, size: 20, font: bold })
  const lines: [string, string][] = [
    ['Delivery Note No:', 'DN-55120'],
    ['Shipper:', 'Kestrel Machinery B.V.'],
    ['Consignee:', 'Orchid Imports Pte Ltd'],
    ['Bill of Lading No:', 'NSCLRTM2604127'],
    ['Container No:', 'NSCU4420333, NSCU4420375'],
    ['Delivery Date:', '30 May 2026'],
    ['Packages Delivered:', '40'],
    ['Gross Weight:', '18,250.000 kg'],
    ['Condition:', 'Received in good order and condition'],
    ['Received By:', 'T. Lim'],
    ['Signature:', '(signed)'],
  ]
  lines.forEach(([label, value], row) => {
    page.drawText(label, { x: 60, y: 720 - row * 28, size: 11, font: bold })
    page.drawText(value, { x: 220, y: 720 - row * 28, size: 11, font })
  })
  return { name: 'proof-of-delivery.pdf', contentType: 'application/pdf', bytes: await document.save() }
}

const Announced = z.object({
  documentId: z.string(),
  upload: z.object({ url: z.string(), fields: z.record(z.string(), z.string()) }),
})

/** Announces the file and sends it through the form that comes back. Answers the document's id. */
export async function sendDocument(
  api: Api,
  caller: Caller,
  shipmentId: string,
  documentType: DocumentType,
  file: File,
  told: (line: string) => void,
): Promise<string> {
  const { documentId, upload } = await api.call(caller, 'POST', `/v1/shipments/${shipmentId}/documents`, {
    body: {
      documentType,
      contentType: file.contentType,
      bytes: file.bytes.length,
      sha256: createHash('sha256').update(file.bytes).digest('base64'),
      fileName: file.name,
    },
    expect: 201,
    answer: Announced,
  })
  const form = new FormData()
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value)
  form.append('file', new Blob([file.bytes], { type: file.contentType }), file.name)
  const response = await fetch(upload.url, { method: 'POST', body: form })
  told(`${caller.role.padEnd(13)} POST the presigned form, ${file.name} → ${response.status}`)
  if (response.status !== 201) throw new Error(`The upload answered ${response.status}: ${await response.text()}`)
  return documentId
}
