// Commerce: fields that many kinds share, with the words the trade prints (EN, DE, FR, ES, PT, NL, IT).
import { among, type FieldSpec } from '../kind'

export const incoterm: FieldSpec = {
  field: 'incoterm',
  type: 'incoterm',
  labels: among(`
    Incoterm | Incoterms | Incoterms 2020 | Terms of Delivery | Delivery Terms | Terms of Sale | Terms of shipment |
    Shipping Terms | Trade Terms | Price Terms | Terms of Delivery and Payment | Lieferbedingung | Lieferbedingungen
    | Conditions de livraison | Condiciones de entrega | Términos de entrega | Condições de entrega |
    Leveringsvoorwaarden | Leveringsconditie | Termini di resa | Resa`),
  patterns: [
    {
      find: /(?<![A-Z])((?:EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP|CNF|C&F)(?:\s|,|:)+(?!(?:sample|value|total)\b)\p{Lu}[\p{L}\s,.]{2,30})/u,
      confidence: 0.85,
    },
    {
      find: /\b(?:incoterms?|terms|resa|lieferbedingung)\b.{0,20}?(?<![A-Z])((?:EXW|FCA|FAS|FOB|CFR|CIF|CPT|CIP|DAP|DPU|DDP)(?![A-Z]).{0,30})/i,
      confidence: 0.9,
    },
  ],
  query: 'What is the Incoterm?',
}

export const purchaseOrderNumber: FieldSpec = {
  field: 'purchaseOrderNumber',
  type: 'identifier',
  many: true,
  labels: among(`
    PO No | P.O. No | PO Number | P.O. Number | P/O | PO | P.O. | Purchase Order | Purchase Order No | Purchase
    Order Number | Customer PO | PO Reference | Your Order | Your Order No | Buyer Order No | Order No | Order
    Number | Customer Order No | PO# | Bestellnummer | Bestell Nr | Bestellung | Ihre Bestellung | Auftragsnummer |
    Numéro de commande | N° de commande | Commande | Orden de compra | Pedido | Número de pedido | Ordem de compra |
    Inkooporder | Ordernummer | Bestelnummer | Numero ordine | Ordine di acquisto`),
  patterns: [
    { find: /\bP\.?\s?[O0]\.?\s*(?:no|number|#|ref)?\s*[.:#]+\s*([A-Z0-9][A-Z0-9/-]{3,20})/i, confidence: 0.85 },
  ],
  expense: ['PO_NUMBER'],
  query: 'What is the purchase order number?',
}

export const invoiceNumber: FieldSpec = {
  field: 'invoiceNumber',
  type: 'identifier',
  labels: among(`
    Invoice No | Invoice Number | Inv No | Inv. No | Invoice | Invoice ID | Commercial Invoice No | Tax Invoice No |
    Invoice Ref | Invoice Reference | Invoice No and Date | Invoice Number and Date | Export Invoice Number and Date
    | Our Invoice No | Bill No | Credit Note No | Freight Invoice No | Rechnungsnummer | Rechnungs Nr | Rechnung Nr
    | Rechnungs-Nr | Rechnungsnr | Handelsrechnung | Handelsrechnung Nr | Teilrechnung | Abschlagsrechnung | Korrekturrechnung | Belegnummer | Gutschrift |
    Gutschriftsnummer | Rechnung | Numéro de facture | N° de facture | Facture n° | Facture | No de facture | Número
    de factura | Factura no | Nº factura | Factura | Fatura n° | Número da fatura | Fatura | Nota fiscal n° |
    Factuurnummer | Factuurnr | Factuur | Factuur nr | Fattura n | Numero fattura | Fattura numero`),
  // "INVOICE" with "# 23413561" under it, as simple templates print it.
  // So does "Number: MX0418827" in the head.
  patterns: [
    { find: /^#\s?([A-Z0-9][A-Z0-9/-]{3,20})$/i, confidence: 0.75, within: 0.25 },
    {
      find: /^(?:number|nummer|numéro|número|numero)\s?:\s*([A-Z0-9][A-Z0-9/-]{3,20})$/i,
      confidence: 0.85,
      within: 0.12,
    },
  ],
  expense: ['INVOICE_RECEIPT_ID'],
  query: 'What is the invoice number?',
}

export const documentDate: FieldSpec = {
  field: 'documentDate',
  type: 'date',
  labels: among(`
    Date | Invoice Date | Date of Invoice | Inv Date | Issue Date | Date of Issue | Document Date | Dated | Date
    Issued | Invoice No and Date | Invoice Number and Date | Export Invoice Number and Date | Bill Date | Billing
    Date | Tax Date | Datum | Rechnungsdatum | Belegdatum | Ausstellungsdatum | vom |
    Date de facture | Date de la facture | Date facture | Date d'émission | Fecha | Fecha de factura | Fecha factura
    | Fecha de emisión | Data | Data da fatura | Data de emissão | Factuurdatum | Data fattura | Data di emissione |
    日期`),
  // The date in a title line: "Rechnung Nr. 471102 vom 05.03.2018".
  patterns: [{ find: /\b(?:vom|dated|d\.d\.|du|del)\s+(\d{1,2}[./ -].{3,14})$/, confidence: 0.85, within: 0.2 }],
  expense: ['INVOICE_RECEIPT_DATE'],
  query: 'What is the date of the document?',
}

export const totalAmount: FieldSpec = {
  field: 'totalAmount',
  type: 'money',
  labels: among(`
    Total | Total Amount | Grand Total | Invoice Total | Total Invoice Value | Total Invoice Amount | Total Value | Total Invoice |
    Invoice Value | Invoice Amount | Total FOB | Total CIF | Total FOB Value | Total CIF Value | Total CFR Value | Total USD | Total EUR | Total incl VAT | Total
    including tax | Total including VAT | Total Incl | Total Price | TOTAL AMOUNT DUE ON | Bruttosumme |
    Gesamtbetrag | Gesamtsumme | Rechnungsbetrag | Endbetrag | Summe | Gesamt | Gesamtbetrag inkl MwSt
    | Gesamt brutto | Rechnungssumme | Total TTC | Montant total | Montant TTC |
    Importe total | Total factura | Valor total | Total geral | Totaal | Totaalbedrag | Bedrag inclusief BTW | Totaal inclusief BTW | Totaal incl BTW | Totale | Totale fattura | Totale documento | Importe a pagar | Kwota do zapłaty | Razem do zapłaty | Do zapłaty | Importo totale`),
  weakLabels: among(`
    Amount Due | Balance Due | Total Due | Total Amount Due | Total Payable | Net Amount Payable | Zahlbetrag | Te betalen | Totaal te betalen |
    Net à payer | Total à payer | Total a pagar | Totale da pagare | Rounded Total | Total Rounded | Total RM | Total Sales | Total Sales Inclusive of GST |
    Total Sales Inclusive GST | Total Inclusive of GST | Total Incl GST | Total Inclusive GST | Nett Total | Net Total | Total Amt | Total Sale | Factuur totaal`),
  expense: ['TOTAL', 'AMOUNT_DUE'],
  query: 'What is the total amount?',
}

export const currency: FieldSpec = {
  field: 'currency',
  type: 'currency',
  labels: among(`
    Currency | Invoice Currency | Account Currency | Währung | Devise | Monnaie | Moneda | Divisa | Moeda | Valuta |
    Curr`),
}

/** Number of the delivery that an invoice or a packing list is about. */
export const deliveryNumber: FieldSpec = {
  field: 'deliveryNumber',
  type: 'identifier',
  labels: among(`
    Delivery Note | Delivery Note No | Delivery No | Delivery Number | Despatch Note No | Dispatch Note No | Lieferschein |
    Lieferschein Nr | Lieferscheinnummer | Bon de livraison | Bon de livraison n° | Albarán no | Guia de remessa n° |
    Pakbonnummer | DDT n | Documento di trasporto n | Følgeseddel | Följesedel`),
}
