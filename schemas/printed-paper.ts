/** Papers that Portolan prints, and what is said when one is asked for. */
import * as z from 'zod'
import { DocumentType } from './codes'
import { InvoiceId, text } from './common'
import { Party } from './shipment'

/** Who stands on a printed paper. */
const PrintedParty = Party.omit({ function: true, organizationId: true })

/** What the shipment does not know of a paper that is printed for it. */
export const PrintedTerms = z.object({
  issuer: PrintedParty.optional().describe(
    "Letterhead, and the seller of an invoice; the shipment's forwarder (FW), or shipper of a packing list, when absent",
  ),
  billTo: PrintedParty.optional().describe("Buyer of an invoice; the shipment's party that is billed when absent"),
  dueDate: z.iso.date().optional().describe('Of an invoice; thirty days after its issue when absent'),
  remittance: text(300).optional().describe('Of an invoice: where to pay, line by line'),
})
export type PrintedTerms = z.infer<typeof PrintedTerms>

/** What Portolan prints: shipping instructions, packing list, arrival notice, delivery order, invoice. */
export const GeneratedType = DocumentType.extract(['340', '271', '781', '640', '380'])
export type GeneratedType = z.infer<typeof GeneratedType>

/** POST /v1/shipments/{shipmentId}/generated-documents */
export const GenerateDocument = z
  .object({
    documentType: GeneratedType,
    invoiceId: InvoiceId.optional().describe('For an invoice: which; may be left out while there is one only'),
    ...PrintedTerms.shape,
  })
  .meta({ id: 'GenerateDocument' })
export type GenerateDocument = z.infer<typeof GenerateDocument>
