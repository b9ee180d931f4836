import { containerDigits, datesInOrder } from '../../extraction/checks'
import { arrivalDate } from '../arrival-notice/fields'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const deliveryOrderNumber: FieldSpec = {
  field: 'deliveryOrderNumber',
  type: 'identifier',
  labels: among(
    'Delivery Order No | Delivery Order Number | D/O No | DO No | DO Number | Release No | Release Number | Release Order No | Freistellungsnummer | Freistellung Nr | Bon à délivrer n° | Orden de entrega no | Ordem de entrega n° | Vrijstelling nr | Delivery Order',
  ),
}

const HOUSE = /^(?:house|hb)/i

/** Carriers release against their own bill; a forwarder's house bill is named beside it. */
const releasedBill: FieldSpec = {
  ...transport.billOfLadingNumber,
  labels: transport.billOfLadingNumber.labels.filter((label) => !HOUSE.test(label)),
  weakLabels: transport.billOfLadingNumber.labels.filter((label) => HOUSE.test(label)),
}

const releaseTo: FieldSpec = {
  field: 'releaseTo',
  type: 'party',
  labels: among(
    'Deliver To | Delivery To | Release To | Please deliver to | Please release to | Trucker | Haulier | Inland Carrier | For delivery to | Auslieferung an | Livrer à | Entregar a | Leveren aan | Consegnare a | Local delivery or transfer by',
  ),
}

const pickupLocation: FieldSpec = {
  field: 'pickupLocation',
  type: 'party',
  labels: among(
    'Pick Up Location | Pickup Location | Pick up from | Pick up at | Terminal | Location | Present location | Goods located at | Port/Terminal | Freight Location | Depot | Abholort | Lieu de retrait | Lugar de retiro | Local de retirada | Afhaaladres | Luogo di ritiro',
  ),
}

const pickupReference: FieldSpec = {
  field: 'pickupReference',
  type: 'identifier',
  labels: among(
    'Pickup No | Pick Up No | Pickup Number | Pick Up Number | Pickup Reference | PIN | PIN Code | Release PIN | Turn-in reference',
  ),
}

const validUntil: FieldSpec = {
  field: 'validUntil',
  type: 'date',
  labels: among(
    'Valid Until | Validity | Valid to | Expiry Date | Expires | Last Free Day | Free Time Until | Free Time Expires | Gültig bis | Valable jusqu’au | Válido hasta | Válido até | Geldig tot | Valido fino al',
  ),
}

/** Delivery order (UN/EDIFACT 640). */
export const deliveryOrder: KindDefinition = {
  kind: 'DELIVERY_ORDER',
  codes: [{ code: '640', phrases: ['delivery order'] }],
  titles: [
    { phrase: 'delivery order', weight: 8.5 },
    { phrase: 'freight release', weight: 7 },
    { phrase: 'release order', weight: 8 },
    { phrase: 'cargo release', weight: 7 },
    { phrase: 'container release', weight: 7.5 },
    { phrase: 'pickup order', weight: 7 },
    { phrase: 'freistellung', weight: 7.5 },
    { phrase: 'auslieferungsauftrag', weight: 8 },
    { phrase: 'delivery order freistellung', weight: 9 },
    { phrase: 'bon a delivrer', weight: 8.5 },
    { phrase: 'bon de delivrance', weight: 8 },
    { phrase: 'orden de entrega', weight: 8 },
    { phrase: 'ordem de entrega', weight: 8 },
    { phrase: 'vrijstelling', weight: 7 },
    { phrase: 'buono di consegna', weight: 8 },
  ],
  evidence: [
    { phrase: 'please deliver', weight: 1.5 },
    { phrase: 'please release', weight: 1.5 },
    { phrase: 'delivery order no', weight: 1.5 },
    { phrase: 'd/o no', weight: 1.2 },
    { phrase: 'release to', weight: 0.8 },
    { phrase: 'empty return', weight: 0.8 },
    { phrase: 'free time', weight: 0.4 },
    { phrase: 'trucker', weight: 0.6 },
    { phrase: 'inland carrier', weight: 0.8 },
  ],
  fields: [
    deliveryOrderNumber,
    releasedBill,
    transport.bookingNumber,
    transport.shipmentReference,
    parties.shipper,
    parties.consignee,
    parties.notifyParty,
    parties.carrier,
    releaseTo,
    pickupLocation,
    pickupReference,
    transport.vessel,
    transport.voyage,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    arrivalDate,
    validUntil,
    cargo.containerNumber,
    cargo.sealNumber,
    cargo.packageCount,
    cargo.grossWeight,
    cargo.volume,
    transport.freightTerms,
    commerce.purchaseOrderNumber,
    cargo.descriptionOfGoods,
    cargo.marks,
    commerce.documentDate,
  ],
  key: ['billOfLadingNumber'],
  columns: [
    {
      column: 'containerNumber',
      type: 'container',
      each: 'containerNumber',
      labels: among('Container No | Container Number | Container'),
    },
    { column: 'marks', type: 'text', labels: among('Marks and Numbers | Marks | Marks and Nos') },
    {
      column: 'packages',
      type: 'quantity',
      labels: among('Packages | No of Packages | No of Pkgs | Pieces | Quantity | Qty'),
      total: 'packageCount',
    },
    { column: 'description', type: 'phrase', labels: among('Description of goods | Description | Commodity') },
    { column: 'grossWeight', type: 'weight', labels: among('Gross Weight | Weight'), total: 'grossWeight' },
    { column: 'volume', type: 'volume', labels: among('Measurement | Volume | CBM'), total: 'volume' },
  ],
  checks: [containerDigits, datesInOrder('arrivalDate', 'validUntil')],
}
