import { containerDigits, datesInOrder, netWithinGross, totalsOfColumns } from '../../extraction/checks'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const numberOfOriginals: FieldSpec = {
  field: 'numberOfOriginals',
  type: 'count',
  labels: among(`
    No of Original B(s)/L | No and Sequence of Original B/Ls | Number and Sequence of Original B(s)/L | No of Original FBLs | Number of Original FBLs | Number of Original Waybills | Number of Originals FBL | No of Original Bs/L | Number of Original | Number of Original B/Ls | Number of Original Bills of Lading |
    No of Originals | Number of Originals | No of original B/L | Originals | No of Original Bills of Lading | Anzahl der Originale |
    Nombre d'originaux | Número de originales | Número de originais | Aantal originelen | Numero di originali`),
}

const dateOfIssue: FieldSpec = {
  field: 'dateOfIssue',
  type: 'date',
  labels: among(`
    Date of Issue | Place and Date of Issue | Place Date of Issue | Date of B/L | B/L Date | BL Date | Issue Date | Issued on |
    Dated at | Ort und Datum der Ausstellung | Ausstellungsdatum | Date d'émission | Lieu et date d'émission | Fecha de emisión |
    Lugar y fecha de emisión | Data de emissão | Local e data de emissão | Datum van afgifte | Data di emissione`),
  weakLabels: ['Date', 'Dated'],
  query: 'What is the date of issue?',
}

const shippedOnBoardDate: FieldSpec = {
  field: 'shippedOnBoardDate',
  type: 'date',
  labels: among(`
    Shipped on Board | Shipped on Board Date | Laden on Board | Laden on Board Date | On Board Date | Date Shipped | Certified Loaded on Board |
    Loaded on Board | Clean on Board | Shipped on Board the Vessel | Departure Date | Date of Departure | Sailing Date | ETD | SOB Date |
    An Bord am | Mis à bord le | Embarcado a bordo | Fecha de embarque | Data de embarque | Aan boord op | A bordo il`),
  patterns: [
    { find: /(?:shipped|laden|loaded|clean)\s+on\s+board\W+(.{6,24})/i, confidence: 0.9 },
    { find: /on\s+board\W{1,3}(\d.{5,20})/i, confidence: 0.85 },
  ],
}

const carrierCode: FieldSpec = {
  field: 'carrierCode',
  type: 'identifier',
  labels: among('SCAC | SCAC Code'),
  patterns: [],
}

const deliveryAgent: FieldSpec = {
  field: 'deliveryAgent',
  type: 'party',
  labels: among(`
    Delivery Agent | For delivery apply to | For delivery of goods please apply to | For release of the goods apply to |
    For delivery of goods apply to | Agent at destination | Destination agent | Party to contact for cargo release | Carrier's Agent at Destination`),
}

const freightPayableAt: FieldSpec = {
  field: 'freightPayableAt',
  type: 'place',
  labels: among(
    'Freight payable at | Freight and charges payable at | Freight to be paid at | Fracht zahlbar in | Fret payable à | Flete pagadero en | Frete pagável em | Vracht betaalbaar te | Nolo pagabile a',
  ),
}

/** Bill of lading and sea waybill (UN/EDIFACT 705, 710, 714 house, 704 master). */
export const billOfLading: KindDefinition = {
  kind: 'BILL_OF_LADING',
  codes: [
    { code: '714', phrases: ['house bill of lading', 'house b/l', 'hbl'] },
    { code: '704', phrases: ['master bill of lading', 'master b/l'] },
    {
      code: '710',
      phrases: ['sea waybill', 'seawaybill', 'non negotiable sea waybill', 'express release waybill', 'seefrachtbrief'],
    },
    { code: '705', phrases: ['bill of lading'] },
  ],
  titles: [
    { phrase: 'bill of lading', weight: 7 },
    { phrase: 'sea waybill', weight: 7 },
    { phrase: 'seawaybill', weight: 7 },
    { phrase: 'multimodal transport document', weight: 6 },
    { phrase: 'combined transport document', weight: 5.5 },
    { phrase: 'straight bill of lading', weight: 7.5 },
    { phrase: 'bill of lading for multimodal transport or port to port shipment', weight: 8 },
    { phrase: 'bill of lading for combined transport or port to port shipment', weight: 8 },
    { phrase: 'konnossement', weight: 7 },
    { phrase: 'seefrachtbrief', weight: 7 },
    { phrase: 'connaissement', weight: 7 },
    { phrase: 'conocimiento de embarque', weight: 7 },
    { phrase: 'conhecimento de embarque', weight: 7 },
    { phrase: 'cognossement', weight: 7 },
    { phrase: 'polizza di carico', weight: 7 },
  ],
  evidence: [
    { phrase: 'shipped on board', weight: 1 },
    { phrase: 'on board', weight: 0.4 },
    { phrase: 'number of original', weight: 1.2 },
    { phrase: 'no of original', weight: 1.2 },
    { phrase: 'in witness whereof', weight: 1 },
    { phrase: 'apparent good order and condition', weight: 1 },
    { phrase: 'place of receipt', weight: 0.6 },
    { phrase: 'place of acceptance', weight: 0.6 },
    { phrase: 'pre carriage by', weight: 0.8 },
    { phrase: 'port of discharge', weight: 0.4 },
    { phrase: 'notify party', weight: 0.4 },
    { phrase: 'particulars furnished by shipper', weight: 1.2 },
    { phrase: 'particulars declared by shipper', weight: 1.2 },
    { phrase: "shipper's load", weight: 0.6 },
    { phrase: 'said to contain', weight: 0.6 },
    { phrase: 'freight payable at', weight: 0.8 },
    { phrase: 'nmfc', weight: 0.8 },
    { phrase: 'trailer number', weight: 0.6 },
    { phrase: 'subject to section 7', weight: 0.8 },
  ],
  fields: [
    {
      ...transport.billOfLadingNumber,
      // Many bills print the number alone in the upper right corner, without a label.
      patterns: [{ find: /^([A-Z]{3,5}\s?[A-Z]{0,5}\d{6,12})$/, confidence: 0.62, within: 0.25 }],
    },
    transport.bookingNumber,
    transport.shipmentReference,
    parties.shipper,
    parties.consignee,
    parties.notifyParty,
    parties.carrier,
    carrierCode,
    deliveryAgent,
    transport.vessel,
    transport.voyage,
    transport.placeOfReceipt,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    cargo.containerNumber,
    cargo.sealNumber,
    cargo.packageCount,
    cargo.grossWeight,
    cargo.netWeight,
    cargo.volume,
    cargo.marks,
    cargo.descriptionOfGoods,
    cargo.hsCode,
    transport.freightTerms,
    freightPayableAt,
    commerce.incoterm,
    numberOfOriginals,
    shippedOnBoardDate,
    dateOfIssue,
    transport.placeOfIssue,
    commerce.purchaseOrderNumber,
  ],
  key: ['billOfLadingNumber', 'shipper', 'consignee'],
  columns: [
    {
      column: 'marks',
      type: 'text',
      labels: among(
        'Marks and Numbers | Marks and Nos | Container Nos Seal Nos Marks | Container No and Seal No | Marks',
      ),
    },
    {
      column: 'containerNumber',
      type: 'container',
      each: 'containerNumber',
      labels: among('Container No | Container Nos | Container Number | Container Seal No | Container Size Seal No'),
    },
    {
      column: 'packages',
      type: 'quantity',
      labels: among(`
        No and kind of packages | Number and kind of packages | No of packages | No of Pkgs | Number of packages | Packages | Pkgs | Qty | Quantity | Qty-Unit |
        Number and types of package | HU Qty | Handling unit | Anzahl | Colis | Bultos | Volumes | Colli`),
      total: 'packageCount',
    },
    { column: 'packageType', type: 'text', labels: among('Pkg Type | Package Type | Type | Kind of packages') },
    {
      column: 'description',
      type: 'phrase',
      labels: among(
        'Description of goods | Description | Description of packages and goods | Commodity description | Goods description | No and kind of packages description of goods | Warenbezeichnung | Descripción',
      ),
    },
    {
      column: 'grossWeight',
      type: 'weight',
      labels: among(
        'Gross weight | Gross Wt | Weight | Gross cargo weight | WTG | Gross | Kilos | Bruttogewicht | Poids brut | Peso bruto',
      ),
      total: 'grossWeight',
    },
    {
      column: 'volume',
      type: 'volume',
      labels: among('Measurement | Volume | Volume/Measurements | CBM | Cube | M3 | Measurements'),
      total: 'volume',
    },
    { column: 'hazardous', type: 'text', labels: among('Hazmat | H.M. | HM') },
    { column: 'freightClass', type: 'text', labels: among('Class | NMFC Class') },
    { column: 'nmfc', type: 'text', labels: among('NMFC') },
  ],
  checks: [
    containerDigits,
    netWithinGross,
    datesInOrder('shippedOnBoardDate', 'dateOfIssue'),
    totalsOfColumns([['grossWeight', 'grossWeight']]),
  ],
}
