import { datesInOrder, netWithinGross, totalOfLines } from '../../extraction/checks'
import { among, type ColumnSpec, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

export const seller: FieldSpec = {
  field: 'seller',
  type: 'party',
  labels: among(`
    Seller | Seller Name | Vendor | Vendor Name | Supplier | Supplier Name | Company Name | Exporter | Shipper | Shipper/Exporter | Invoice From | Sold by | Beneficiary Name |
    Beneficiary | Manufacturer | Issued by | Verkäufer | Lieferant | Rechnungssteller | Absender | Vendeur | Fournisseur | Exportateur | Vendedor | Proveedor |
    Exportador | Emisor | Fornecedor | Verkoper | Leverancier | Venditore | Fornitore | Esportatore`),
  // "From: Porto  To: Oslo" is the way of the goods.
  weakLabels: ['From'],
  letterhead: true,
  expense: ['VENDOR_NAME', 'VENDOR', 'VENDOR_SUPPLIER', 'VENDOR_URL'],
  query: 'Who is the seller?',
}

export const buyer: FieldSpec = {
  field: 'buyer',
  type: 'party',
  labels: among(`
    Buyer | Buyer Name | Bill To | Billed To | Sold To | Invoice To | Invoiced To | Customer | Customer Name | Client | Importer | To | TO Messrs | Messrs | M/S | Buyer if other than consignee |
    Buyer if not consignee | Billing Address | Bill to Party | By order and for account and risk of | By order for account and risk of | For account and risk of messrs |
    Account and risk of | Käufer | Käufer/Leistungsempfänger | Rechnungsempfänger | Rechnung an | Kunde | Rechnungsadresse | Acheteur | Facturé à | Client facturé | Adresse de facturation | Comprador | Facturar a |
    Cliente | Señores | Comprador Cliente | Faturar para | Koper | Klant | Factuuradres | Acquirente | Fatturare a | Spett.le`),
  expense: ['RECEIVER_NAME', 'RECEIVER_BILL_TO', 'RECEIVER_SOLD_TO'],
  query: 'Who is the buyer?',
}

export const dueDate: FieldSpec = {
  field: 'dueDate',
  type: 'date',
  labels: among(`
    Due Date | Payment Due | Payable by | Payment Due Date | Due | Date Due | Pay by | Due on | Fälligkeit | Fälligkeitsdatum | Fällig am | Zahlbar bis | Date d'échéance | Échéance |
    Fecha de vencimiento | Vencimiento | Data de vencimento | Vervaldatum | Vervaldag | Data di scadenza | Scadenza`),
  // "60 Tage netto, zahlbar bis 13.05.2025": the terms name the day.
  patterns: [
    {
      find: /(?:zahlbar bis|fällig am|payable by|due (?:on|by)|pay by|échéance|vencimiento|scadenza)[\s:]+(.{6,20})/i,
      confidence: 0.9,
    },
  ],
  expense: ['DUE_DATE'],
}

export const subtotalAmount: FieldSpec = {
  field: 'subtotalAmount',
  type: 'money',
  labels: among(`
    Subtotal | Sub Total | Warenwert netto | Total Excluding Tax | Merchandise Total | Goods Value | Total Goods | Exclusief BTW | Ex BTW | Grondslag | Total Sales Excluding GST | Total excl GST | Taxable | Total before VAT | Sub-Total | Net Total | Total Net | Net Amount | Total excl VAT | Total excluding VAT | Total before tax | Amount before tax | Taxable amount | Total Net Amount |
    Untaxed Amount | Zwischensumme | Nettosumme | Nettobetrag | Summe netto | Gesamt netto | Rechnungssumme ohne USt | Positionssumme | Warenwert | Total HT | Sous-total | Montant HT | Base imponible |
    Importe neto | Valor líquido | Subtotaal | Totaal exclusief BTW | Totaal excl BTW | Totaal Excl | Bedrag excl BTW | Imponibile | Totale imponibile | Subtotale`),
  expense: ['SUBTOTAL'],
}

export const taxAmount: FieldSpec = {
  field: 'taxAmount',
  type: 'money',
  labels: among(`
    Tax | Taxes | Total Tax | Tax Total | GST Total | VAT Total | Total GST | Total MwSt | Total IVA | Sales Tax | VAT | VAT Amount | GST | GST Amount | Total VAT | Tax Amount | Umsatzsteuer | MwSt | USt | Steuerbetrag | Mehrwertsteuer | TVA | Montant TVA | Total TVA | IVA | Importe IVA |
    Imposto | ICMS | BTW | BTW bedrag | Totaal BTW | Imposta`),
  expense: ['TAX'],
}

export const paymentTerms: FieldSpec = {
  field: 'paymentTerms',
  type: 'text',
  labels: among(`
    Payment Terms | Terms of Payment | Terms | Payment | Zahlungsbedingungen | Zahlungsbedingung | Conditions de paiement | Modalités de paiement | Condiciones de pago | Forma de pago |
    Condições de pagamento | Betalingsvoorwaarden | Betalingsconditie | Condizioni di pagamento | Termini di pagamento`),
  expense: ['PAYMENT_TERMS'],
}

export const letterOfCredit: FieldSpec = {
  field: 'letterOfCreditNumber',
  type: 'identifier',
  labels: among(
    'L/C No | LC No | Letter of Credit No | L/C Number | Documentary Credit No | Akkreditiv Nr | Crédit documentaire n° | Carta de crédito no',
  ),
}

export const goodsColumns: readonly ColumnSpec[] = [
  {
    column: 'line',
    type: 'text',
    labels: among('Line | Pos | Position | Item# | Sr No | S.No | SN | Lp | # | Line No | Poste | Posición'),
  },
  {
    column: 'article',
    type: 'text',
    labels: among(`
      Article No | Item No | Item | Part No | Part Number | Product Code | Code | SKU | Style No | Article | Art Nr | Art-Nr | Artikelnummer | Artikel Nr | Artikel | Material | Référence | Réf | Referencia |
      Código | Codice | Artikelcode | Art-Nr-Lief | ISBN/EAN | Model | Product No`),
  },
  {
    column: 'description',
    type: 'phrase',
    labels: among(`
      Description | Description of goods | Descriptions | Item Description | Product | Product Description | Goods | Commodity | Name and specification of commodity | Particulars | Full description of goods |
      Details | Service | Services | Description of items | Beschreibung | Bezeichnung | Artikelbezeichnung | Warenbezeichnung | Désignation | Libellé | Descripción | Concepto | Descrição | Omschrijving | Artikelomschrijving | Descrizione`),
  },
  {
    column: 'purchaseOrder',
    type: 'identifier',
    each: 'purchaseOrderNumber',
    labels: among('PO No | PO Number | Order No | PO-No | Ordernummer'),
  },
  {
    column: 'hsCode',
    type: 'hsCode',
    each: 'hsCode',
    labels: among('HS Code | HTS | Tariff No | HSN/SAC | HSN | Commodity code | Zolltarifnummer | NCM'),
  },
  { column: 'origin', type: 'country', labels: among('Origin | Country of origin | COO | Ursprung | Country') },
  {
    column: 'cartons',
    type: 'quantity',
    labels: among('Cartons | CTNS | Qty/Unit Carton | No of cartons | Packages | Pkgs'),
    total: 'packageCount',
  },
  {
    column: 'quantity',
    type: 'quantity',
    labels: among(`
      Quantity | Qty | Quantities | Qty Shipped | Units | Pieces | Pcs | Hours | Work Hours | No of units | QTY PCS | Unit Quantity | Menge | Anzahl | Stück | Quantité | Qté | Cantidad | Cant | Quantidade | Qtde | Aantal | Hoeveelheid | Quantità | Q.tà`),
    total: 'totalQuantity',
    expense: ['QUANTITY'],
  },
  {
    column: 'unit',
    type: 'text',
    labels: among('Unit | UOM | U/M | Unit of measure | Einheit | Unité | Unidad | Eenheid'),
  },
  {
    column: 'unitPrice',
    type: 'unitPrice',
    labels: among(`
      Unit Price | Price | Unit Cost | Rate | Price per unit | Unit Value | Unit price per pcs | Price/unit | Einzelpreis | Preis | Nettopreis | Stückpreis | Prix unitaire | P.U. | Prix | Precio unitario | Precio | Preço unitário | Prijs | Prijs/st | Prijs per stuk | Stukprijs | Prezzo unitario | Prezzo`),
    expense: ['UNIT_PRICE'],
  },
  {
    column: 'taxRate',
    type: 'text',
    labels: among('Tax | VAT | VAT % | Tax Rate | GST | Taxes | Steuersatz | MwSt | USt | TVA | IVA | BTW | BTW %'),
  },
  {
    column: 'discount',
    type: 'text',
    labels: among('Discount | Disc | Rabatt | Remise | Descuento | Korting | Sconto'),
  },
  {
    column: 'amount',
    type: 'money',
    labels: among(`
      Amount | Total | Wert | Gesamtwert | Valore | Montant net | Line Total | Total Amount | Total Price | Total Value | Value | Extended Price | Net Amount | Ext Price | Subtotal | Amount USD | Amount EUR | FOB Value | Total USD | Betrag | Gesamt | Gesamtpreis | Nettobetrag | Summe | Montant | Montant HT | Total HT | Importe | Valor | Valor total | Bedrag | Prijs incl BTW | Prijs incl | Totaal | Importo | Totale`),
    total: 'totalAmount',
    expense: ['PRICE'],
  },
]

/** Commercial invoice (380), with pro forma (325) and credit note (381) as the papers title them. */
export const commercialInvoice: KindDefinition = {
  kind: 'COMMERCIAL_INVOICE',
  codes: [
    {
      code: '381',
      phrases: ['credit note', 'gutschrift', 'avoir', 'nota de credito', 'creditnota', 'nota di credito'],
    },
    {
      code: '325',
      phrases: ['proforma invoice', 'pro forma invoice', 'proforma rechnung', 'factura proforma', 'facture proforma'],
    },
    { code: '380', phrases: ['invoice'] },
  ],
  titles: [
    { phrase: 'commercial invoice', weight: 8 },
    { phrase: 'invoice', weight: 6 },
    { phrase: 'tax invoice', weight: 5.5 },
    { phrase: 'export invoice', weight: 7.5 },
    { phrase: 'customs invoice', weight: 7 },
    { phrase: 'proforma invoice', weight: 7 },
    { phrase: 'pro forma invoice', weight: 7 },
    { phrase: 'invoice and packing list', weight: 7 },
    { phrase: 'credit note', weight: 6 },
    { phrase: 'handelsrechnung', weight: 8 },
    { phrase: 'teilrechnung', weight: 7 },
    { phrase: 'abschlagsrechnung', weight: 7 },
    { phrase: 'schlussrechnung', weight: 7 },
    { phrase: 'korrekturrechnung', weight: 6 },
    { phrase: 'rechnung', weight: 6 },
    { phrase: 'gutschrift', weight: 6 },
    { phrase: 'rechnungskorrektur', weight: 6 },
    { phrase: 'facture', weight: 6 },
    { phrase: 'facture commerciale', weight: 8 },
    { phrase: 'factura', weight: 6 },
    { phrase: 'factura comercial', weight: 8 },
    { phrase: 'fatura', weight: 6 },
    { phrase: 'fatura comercial', weight: 8 },
    { phrase: 'factuur', weight: 6 },
    { phrase: 'handelsfactuur', weight: 8 },
    { phrase: 'fattura', weight: 6 },
    { phrase: 'fattura commerciale', weight: 8 },
  ],
  evidence: [
    { phrase: 'invoice no', weight: 2.2 },
    { phrase: 'invoice for', weight: 1 },
    { phrase: 'invoice number', weight: 2.2 },
    { phrase: 'inv no', weight: 1 },
    { phrase: 'invoice date', weight: 1.5 },
    { phrase: 'due date', weight: 0.6 },
    { phrase: 'bill to', weight: 1 },
    { phrase: 'unit price', weight: 1 },
    { phrase: 'amount due', weight: 0.8 },
    { phrase: 'total amount', weight: 0.4 },
    { phrase: 'subtotal', weight: 0.4 },
    { phrase: 'payment terms', weight: 0.6 },
    { phrase: 'terms of payment', weight: 0.6 },
    { phrase: 'iban', weight: 0.5 },
    { phrase: 'rechnungsnummer', weight: 1.8 },
    { phrase: 'rechnungsdatum', weight: 1.5 },
    { phrase: 'factuurnummer', weight: 1.8 },
    { phrase: 'factuurdatum', weight: 1.5 },
    { phrase: 'numero de facture', weight: 1.8 },
    { phrase: 'numero fattura', weight: 1.8 },
    { phrase: 'numero de factura', weight: 1.8 },
  ],
  fields: [
    commerce.invoiceNumber,
    commerce.documentDate,
    seller,
    buyer,
    parties.consignee,
    parties.notifyParty,
    commerce.purchaseOrderNumber,
    letterOfCredit,
    commerce.deliveryNumber,
    transport.bookingNumber,
    transport.billOfLadingNumber,
    transport.vessel,
    transport.voyage,
    transport.placeOfReceipt,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    commerce.incoterm,
    paymentTerms,
    dueDate,
    cargo.countryOfOrigin,
    cargo.hsCode,
    cargo.packageCount,
    cargo.totalQuantity,
    cargo.grossWeight,
    cargo.netWeight,
    cargo.volume,
    cargo.containerNumber,
    cargo.marks,
    commerce.currency,
    subtotalAmount,
    taxAmount,
    commerce.totalAmount,
  ],
  key: ['invoiceNumber', 'documentDate', 'totalAmount'],
  columns: goodsColumns,
  checks: [totalOfLines, netWithinGross, datesInOrder('documentDate', 'dueDate')],
}
