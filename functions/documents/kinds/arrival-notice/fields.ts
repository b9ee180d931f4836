import { containerDigits, datesInOrder, totalOfLines } from '../../extraction/checks'
import { chargeColumns } from '../carrier-invoice/fields'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

export const arrivalDate: FieldSpec = {
  field: 'arrivalDate',
  type: 'date',
  labels: among(`
    ETA | E.T.A. | Estimated Time of Arrival | Estimated Arrival | Estimated Arrival Date | Estimated Date of Arrival | Arrival Date | Date of Arrival | ETA POD | ETA at POD | ETA Port of Discharge | ATA | Expected Arrival | Ankunft | Ankunftsdatum | Voraussichtliche Ankunft |
    Date d'arrivée | Arrivée prévue | Fecha de llegada | Fecha estimada de arribo | Fecha de arribo | Data de chegada | Previsão de chegada | Aankomstdatum | Verwachte aankomst | Data di arrivo | Arrivo previsto`),
  query: 'What is the estimated date of arrival?',
}

const availableDate: FieldSpec = {
  field: 'availableDate',
  type: 'date',
  labels: among(
    'Available Date | Cargo Available | Availability Date | Available from | Availability | Verfügbar ab | Disponible à partir du | Disponible desde',
  ),
}

const lastFreeDay: FieldSpec = {
  field: 'lastFreeDay',
  type: 'date',
  labels: among(
    'Last Free Day | LFD | Last Free Date | Free Time Expires | Free Time Until | Freetime until | Dernier jour gratuit | Último día libre',
  ),
}

const terminal: FieldSpec = {
  field: 'terminal',
  type: 'text',
  labels: among(
    'Terminal | Discharge Terminal | Freight Location | Cargo Location | Location of Goods | Pick-up Location | Pickup Location | CFS Location | CFS | Firms Code | Unloading Terminal | Lager',
  ),
}

const itNumber: FieldSpec = {
  field: 'inBondNumber',
  type: 'identifier',
  labels: among('IT No | I.T. No | IT Number | In-Bond No | AMS B/L No | AMS No | ISF No | T1 No'),
}

/** Arrival notice (UN/EDIFACT 781). */
export const arrivalNotice: KindDefinition = {
  kind: 'ARRIVAL_NOTICE',
  codes: [{ code: '781', phrases: ['arrival notice'] }],
  titles: [
    { phrase: 'arrival notice', weight: 9 },
    { phrase: 'notice of arrival', weight: 9 },
    { phrase: 'cargo arrival notice', weight: 9.5 },
    // Both in one: it bills the freight, and tells of the arrival all the same.
    { phrase: 'arrival notice freight invoice', weight: 15 },
    { phrase: 'arrival notice and freight invoice', weight: 15 },
    { phrase: 'arrival notice invoice', weight: 14 },
    { phrase: 'freight invoice arrival notice', weight: 15 },
    { phrase: 'arrival notification', weight: 9 },
    { phrase: 'pre arrival notice', weight: 9 },
    { phrase: 'ankunftsanzeige', weight: 9 },
    { phrase: 'ankunftsmeldung', weight: 9 },
    { phrase: 'eingangsavis', weight: 8 },
    { phrase: "avis d'arrivee", weight: 9 },
    { phrase: 'aviso de llegada', weight: 9 },
    { phrase: 'aviso de arribo', weight: 9 },
    { phrase: 'aviso de chegada', weight: 9 },
    { phrase: 'aankomstbericht', weight: 9 },
    { phrase: 'avviso di arrivo', weight: 9 },
  ],
  evidence: [
    { phrase: 'eta', weight: 0.8 },
    { phrase: 'estimated time of arrival', weight: 1 },
    { phrase: 'last free day', weight: 1.2 },
    { phrase: 'free time', weight: 0.5 },
    { phrase: 'please be advised', weight: 0.8 },
    { phrase: 'freight release', weight: 0.6 },
    { phrase: 'firms code', weight: 1 },
    { phrase: 'it no', weight: 0.6 },
    { phrase: 'available', weight: 0.2 },
  ],
  fields: [
    transport.billOfLadingNumber,
    transport.bookingNumber,
    transport.shipmentReference,
    {
      ...commerce.invoiceNumber,
      labels: among('Invoice No | Invoice Number | Arrival Notice No | Notice No | A/N No'),
    },
    parties.shipper,
    parties.consignee,
    parties.notifyParty,
    parties.carrier,
    transport.vessel,
    transport.voyage,
    transport.placeOfReceipt,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    arrivalDate,
    availableDate,
    lastFreeDay,
    terminal,
    itNumber,
    cargo.containerNumber,
    cargo.sealNumber,
    cargo.packageCount,
    cargo.grossWeight,
    cargo.volume,
    cargo.descriptionOfGoods,
    transport.freightTerms,
    commerce.purchaseOrderNumber,
    cargo.marks,
    commerce.documentDate,
    commerce.currency,
    commerce.totalAmount,
  ],
  key: ['billOfLadingNumber', 'arrivalDate'],
  columns: chargeColumns,
  checks: [containerDigits, totalOfLines, datesInOrder('arrivalDate', 'lastFreeDay')],
}
