import { containerDigits, datesInOrder, totalOfLines } from '../../extraction/checks'
import { buyer, dueDate, paymentTerms, seller, subtotalAmount, taxAmount } from '../commercial-invoice/fields'
import { among, type ColumnSpec, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

/** Columns of a table of charges. */
export const chargeColumns: readonly ColumnSpec[] = [
  { column: 'code', type: 'text', labels: among('Charge Code | Code | Item') },
  {
    column: 'description',
    type: 'phrase',
    labels: among(
      'Description | Charge | Charges | Charge Description | Description of Charges | Charge Type | Service | Leistung | Bezeichnung | Désignation | Concepto | Descripción | Omschrijving | Descrizione | Particulars',
    ),
  },
  {
    column: 'quantity',
    type: 'quantity',
    labels: among('Quantity | Qty | Units | No of Units | Menge | Quantité | Cantidad | Quantidade | Aantal'),
    expense: ['QUANTITY'],
  },
  { column: 'basis', type: 'text', labels: among('Basis | Per | Unit | UOM | Based on | Einheit') },
  {
    column: 'unitPrice',
    type: 'unitPrice',
    labels: among('Rate | Unit Price | Price | Unit Rate | Tariff | Preis | Prix | Tarifa | Prijs | Prezzo'),
    expense: ['UNIT_PRICE'],
  },
  { column: 'currency', type: 'currency', labels: among('Currency | Curr | Cur | Ccy | Währung | Devise | Moneda') },
  { column: 'taxRate', type: 'text', labels: among('VAT | Tax | VAT % | Tax Code | GST | USt | TVA | IVA | BTW') },
  {
    column: 'amount',
    type: 'money',
    labels: among(
      'Amount | Total | Charge Amount | Total Amount | Amount USD | Amount EUR | Collect | Prepaid | Line Total | Betrag | Montant | Importe | Valor | Bedrag | Importo | Net Amount | Amount in USD',
    ),
    total: 'totalAmount',
    expense: ['PRICE'],
  },
]

const proNumber: FieldSpec = {
  field: 'proNumber',
  type: 'identifier',
  labels: among('PRO No | PRO Number | Pro # | Freight Bill No | Freight Bill Number | Tracking Number | Tracking No'),
}

/** Freight invoice of a carrier or forwarder (UN/EDIFACT 780). */
export const carrierInvoice: KindDefinition = {
  kind: 'CARRIER_INVOICE',
  codes: [{ code: '780', phrases: ['freight invoice'] }],
  titles: [
    { phrase: 'freight invoice', weight: 9 },
    { phrase: 'freight bill', weight: 8.5 },
    { phrase: 'carrier invoice', weight: 9 },
    { phrase: 'ocean freight invoice', weight: 9.5 },
    { phrase: 'air freight invoice', weight: 9.5 },
    { phrase: 'freight debit note', weight: 8.5 },
    { phrase: 'debit note', weight: 6 },
    { phrase: 'demurrage invoice', weight: 9 },
    { phrase: 'detention invoice', weight: 9 },
    { phrase: 'frachtrechnung', weight: 9 },
    { phrase: 'facture de fret', weight: 9 },
    { phrase: 'facture de transport', weight: 9 },
    { phrase: 'factura de flete', weight: 9 },
    { phrase: 'fatura de frete', weight: 9 },
    { phrase: 'vrachtfactuur', weight: 9 },
    { phrase: 'fattura di trasporto', weight: 9 },
    // "INVOICE" alone: the charges below make it a freight invoice.
    { phrase: 'invoice', weight: 4 },
    { phrase: 'rechnung', weight: 4 },
  ],
  // Many charges of a carrier, and hardly anything else, are billed by a carrier only.
  evidenceCap: 7,
  evidence: [
    { phrase: 'bunker adjustment', weight: 0.8 },
    { phrase: 'seal fee', weight: 0.8 },
    { phrase: 'b/l fee', weight: 1 },
    { phrase: 'emission control', weight: 0.8 },
    { phrase: 'port of loading', weight: 0.5 },
    { phrase: 'voyage', weight: 0.4 },
    { phrase: 'ocean freight', weight: 1.8 },
    { phrase: 'sea freight', weight: 1.8 },
    { phrase: 'air freight', weight: 1.5 },
    { phrase: 'basic ocean freight', weight: 1 },
    { phrase: 'bunker', weight: 1.2 },
    { phrase: 'baf', weight: 1 },
    { phrase: 'thc', weight: 1.2 },
    { phrase: 'terminal handling', weight: 1.5 },
    { phrase: 'documentation fee', weight: 1 },
    { phrase: 'demurrage', weight: 1 },
    { phrase: 'detention', weight: 1 },
    { phrase: 'fuel surcharge', weight: 1.5 },
    { phrase: 'linehaul', weight: 1.5 },
    { phrase: 'drayage', weight: 1.2 },
    { phrase: 'haulage', weight: 0.8 },
    { phrase: 'customs clearance', weight: 0.6 },
    { phrase: 'freight charges', weight: 0.6 },
    { phrase: 'seefracht', weight: 1.8 },
    { phrase: 'fret maritime', weight: 1.8 },
    { phrase: 'flete maritimo', weight: 1.8 },
  ],
  fields: [
    commerce.invoiceNumber,
    commerce.documentDate,
    dueDate,
    { ...seller, labels: [...seller.labels, 'Carrier', 'Remit To'] },
    buyer,
    parties.shipper,
    parties.consignee,
    transport.billOfLadingNumber,
    transport.bookingNumber,
    transport.shipmentReference,
    proNumber,
    commerce.purchaseOrderNumber,
    transport.vessel,
    transport.voyage,
    transport.placeOfReceipt,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    cargo.containerNumber,
    cargo.packageCount,
    cargo.grossWeight,
    cargo.volume,
    transport.freightTerms,
    paymentTerms,
    commerce.currency,
    subtotalAmount,
    taxAmount,
    commerce.totalAmount,
  ],
  key: ['invoiceNumber', 'documentDate', 'totalAmount'],
  columns: chargeColumns,
  checks: [totalOfLines, containerDigits, datesInOrder('documentDate', 'dueDate')],
}
