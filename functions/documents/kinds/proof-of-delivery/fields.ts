import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const deliveryNumber: FieldSpec = {
  field: 'deliveryNumber',
  type: 'identifier',
  labels: among(`
    POD Number | POD No | Delivery Note No | Delivery Note Number | Delivery No | Delivery Number | Delivery Receipt No | Delivery Note # | Delivery Note | Lieferschein Nr | Lieferscheinnummer | Lieferschein | Bon de livraison n° | N° de bon de livraison | Bon de livraison |
    Albarán no | Número de albarán | Remito no | Guia de remessa n° | Pakbonnummer | Vrachtbriefnummer | Documento di trasporto n | DDT n | Despatch Note No | Proof of delivery no`),
}

const deliveryDate: FieldSpec = {
  field: 'deliveryDate',
  type: 'date',
  labels: among(`
    Delivery Date | Date of Delivery | Actual Delivery Date | Delivered on | Date Delivered | Date Received | Received Date | Received on | Date | Delivery Date/Time | Date and time of delivery | Lieferdatum | Zustelldatum | Ablieferdatum | Date de livraison | Fecha de entrega |
    Data de entrega | Leverdatum | Afleverdatum | Data di consegna`),
  query: 'When was the shipment delivered?',
}

const receivedBy: FieldSpec = {
  field: 'receivedBy',
  type: 'name',
  labels: among(`
    Received By | Received by Signature | Receiver Name | Signed By | Recipient Name | Name of recipient | Receiver's Name | Empfangen von | Empfangen durch | Name des Empfängers | Reçu par | Nom du réceptionnaire | Recibido por |
    Recebido por | Ontvangen door | Ricevuto da`),
  query: 'Who received the goods?',
}

const signatory: FieldSpec = {
  field: 'signatory',
  type: 'name',
  labels: among(
    'Signatory Printed Name | Print Name | Printed Name | Name in block letters | Name in Druckschrift | Nombre en letra de imprenta',
  ),
}

const deliveryStatus: FieldSpec = {
  field: 'deliveryStatus',
  type: 'text',
  labels: among(
    'Delivery Status | Status | Zustellstatus | Lieferstatus | Statut de livraison | Estado de entrega | Status da entrega | Leverstatus | Stato consegna',
  ),
}

const exceptionCode: FieldSpec = {
  field: 'exceptionCode',
  type: 'text',
  labels: among(
    'Exception Code | Exception | Exceptions | Damage | Damages | Remarks on condition | OS&D | Schäden | Réserves | Reservas | Schade',
  ),
}

const deliveryTime: FieldSpec = {
  field: 'deliveryTime',
  type: 'text',
  labels: among('Delivery Time | Time of Delivery | Time | Uhrzeit | Heure | Hora | Tijd | Ora'),
}

const proNumber: FieldSpec = {
  field: 'proNumber',
  type: 'identifier',
  labels: among(
    'Carrier Tracking PRO Number | PRO Number | PRO No | Tracking Number | Tracking No | Carrier Tracking Number | Pro #',
  ),
}

const carrierCode: FieldSpec = {
  field: 'carrierCode',
  type: 'identifier',
  labels: among('Carrier SCAC | SCAC | SCAC Code'),
}

/** Proof of delivery (737); a delivery note (270), signed, serves as one and is read as one. */
export const proofOfDelivery: KindDefinition = {
  kind: 'PROOF_OF_DELIVERY',
  codes: [
    {
      code: '737',
      phrases: [
        'proof of delivery',
        'delivery receipt',
        'ablieferungsnachweis',
        'preuve de livraison',
        'prueba de entrega',
      ],
    },
    {
      code: '270',
      phrases: [
        'delivery note',
        'lieferschein',
        'bon de livraison',
        'albaran',
        'pakbon',
        'despatch note',
        'dispatch note',
        'documento di trasporto',
      ],
    },
    { code: '737', phrases: ['pod'] },
  ],
  titles: [
    { phrase: 'proof of delivery', weight: 9 },
    { phrase: 'delivery receipt', weight: 8.5 },
    { phrase: 'delivery note', weight: 8 },
    { phrase: 'despatch note', weight: 7 },
    { phrase: 'dispatch note', weight: 7 },
    { phrase: 'delivery confirmation', weight: 7.5 },
    { phrase: 'consignment note', weight: 6 },
    { phrase: 'ablieferungsnachweis', weight: 9 },
    { phrase: 'ablieferbeleg', weight: 8 },
    { phrase: 'lieferschein', weight: 8 },
    { phrase: 'preuve de livraison', weight: 9 },
    { phrase: 'bon de livraison', weight: 8 },
    { phrase: 'prueba de entrega', weight: 9 },
    { phrase: 'albaran', weight: 8 },
    { phrase: 'albaran de entrega', weight: 8.5 },
    { phrase: 'comprovante de entrega', weight: 9 },
    { phrase: 'guia de remessa', weight: 7 },
    { phrase: 'afleverbewijs', weight: 8.5 },
    { phrase: 'pakbon', weight: 7.5 },
    { phrase: 'prova di consegna', weight: 9 },
    { phrase: 'documento di trasporto', weight: 8 },
  ],
  evidence: [
    { phrase: 'received by', weight: 1 },
    { phrase: 'received in good', weight: 1.2 },
    { phrase: 'delivery date', weight: 0.6 },
    { phrase: 'delivered', weight: 0.4 },
    { phrase: 'packages received', weight: 1 },
    { phrase: 'signature of receiver', weight: 1 },
    { phrase: 'actual delivery', weight: 1 },
    { phrase: 'pod number', weight: 1.5 },
    { phrase: 'delivery time', weight: 0.8 },
    { phrase: 'empfangen', weight: 0.6 },
  ],
  fields: [
    deliveryNumber,
    transport.shipmentReference,
    proNumber,
    { ...parties.carrier, labels: parties.carrier.labels.filter((l) => l !== 'Line') },
    carrierCode,
    {
      ...parties.shipper,
      letterhead: true,
      labels: [
        ...parties.shipper.labels,
        ...among(
          'Supplier | Supplier Name | From | Sold by | Seller | Lieferant | Fournisseur | Proveedor | Leverancier | Fornitore',
        ),
      ],
    },
    {
      ...parties.consignee,
      labels: [
        ...parties.consignee.labels,
        ...among(
          'Customer | Customer Name | Delivery Address | Delivered To | Lieferadresse | Lieferanschrift | Kunde | Client | Adresse de livraison | Cliente | Dirección de entrega | Klant | Afleveradres | Indirizzo di consegna | Delivery to',
        ),
      ],
    },
    deliveryDate,
    deliveryTime,
    receivedBy,
    signatory,
    deliveryStatus,
    exceptionCode,
    transport.billOfLadingNumber,
    commerce.purchaseOrderNumber,
    cargo.packageCount,
    { ...cargo.grossWeight, labels: [...cargo.grossWeight.labels, 'Total Weight Received', 'Weight Received'] },
    cargo.volume,
    commerce.documentDate,
    cargo.containerNumber,
    cargo.sealNumber,
    commerce.totalAmount,
  ],
  key: ['deliveryDate', 'receivedBy'],
  columns: [
    { column: 'line', type: 'text', labels: among('Line | Pos | No | Item No | Item') },
    {
      column: 'article',
      type: 'text',
      labels: among('Article No | Code | SKU | Art Nr | Product Code | Part No | Reference'),
    },
    {
      column: 'description',
      type: 'phrase',
      labels: among(
        'Description | Item Description | Product | Beschreibung | Bezeichnung | Désignation | Descripción | Omschrijving | Descrizione | Goods',
      ),
    },
    {
      column: 'packagesShipped',
      type: 'quantity',
      labels: among('Packages Shipped | Qty Ordered | Ordered | Quantity Ordered | Shipped'),
    },
    {
      column: 'quantity',
      type: 'quantity',
      labels: among(
        'Packages Received | Quantity | Qty | Qty Delivered | Delivered | Received | Menge | Quantité | Cantidad | Quantidade | Aantal | Quantità',
      ),
    },
    { column: 'damaged', type: 'quantity', labels: among('Damaged | Short | Damages') },
    { column: 'unitPrice', type: 'unitPrice', labels: among('Unit Price | Price | Preis') },
    {
      column: 'amount',
      type: 'money',
      labels: among('Amount | Total | Betrag | Montant | Importe'),
      total: 'totalAmount',
    },
    { column: 'grossWeight', type: 'weight', labels: among('Weight | Gross Weight | Gewicht | Poids | Peso') },
  ],
  checks: [],
}
