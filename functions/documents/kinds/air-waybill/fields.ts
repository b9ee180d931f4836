import { netWithinGross } from '../../extraction/checks'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const airWaybillNumber: FieldSpec = {
  field: 'airWaybillNumber',
  type: 'airWaybillNumber',
  labels: among(`
    Air Waybill | Air Waybill No | Air Waybill Number | AWB | AWB No | AWB Number | MAWB | MAWB No | Master Air Waybill No | Luftfrachtbrief Nr | Lettre de transport aérien n° | LTA n° |
    Guía aérea | No de guía aérea | Conhecimento aéreo n° | Luchtvrachtbrief nr | Lettera di vettura aerea n`),
  // Airline prefix, serial, check digit; also as "020 FRA 1234 5675" in the corner of the form.
  patterns: [
    { find: /(?<!\d)(\d{3}\s*[-–]\s*(?:[A-Z]{3}\s*)?\d{4}\s?\d{4})(?!\d)/, confidence: 0.9 },
    { find: /^(\d{3}\s+[A-Z]{3}\s+\d{4}\s?\d{4})$/, confidence: 0.9 },
  ],
  query: 'What is the air waybill number?',
}

const houseAirWaybillNumber: FieldSpec = {
  field: 'houseAirWaybillNumber',
  type: 'identifier',
  labels: among('HAWB | HAWB No | House Air Waybill No | House AWB | House Waybill'),
}

const airportOfDeparture: FieldSpec = {
  field: 'airportOfDeparture',
  type: 'place',
  labels: among(`
    Airport of Departure | Airport of Departure and Requested Routing | Airport of Loading | Departure Airport | Origin Airport | Abflughafen | Abgangsflughafen | Aéroport de départ | Aeropuerto de salida | Aeropuerto de origen |
    Aeroporto de partida | Luchthaven van vertrek | Aeroporto di partenza`),
}

const airportOfDestination: FieldSpec = {
  field: 'airportOfDestination',
  type: 'place',
  labels: among(`
    Airport of Destination | Destination Airport | Airport of Discharge | Bestimmungsflughafen | Zielflughafen | Aéroport de destination | Aeropuerto de destino | Aeroporto de destino | Luchthaven van bestemming |
    Aeroporto di destinazione`),
}

const flight: FieldSpec = {
  field: 'flightNumber',
  type: 'identifier',
  labels: among(
    'Flight No | Flight | Flight/Date | Flight Number | Requested Flight/Date | Flug Nr | Vol n° | Vuelo | Voo',
  ),
  patterns: [{ find: /\b([A-Z]{2}\s?\d{3,4})\s*\/\s*\d{1,2}(?:\s?[A-Z]{3})?\b/, confidence: 0.75 }],
}

const chargeableWeight: FieldSpec = {
  field: 'chargeableWeight',
  type: 'weight',
  labels: among(
    'Chargeable Weight | Chg Weight | Chargeable Wt | Frachtpflichtiges Gewicht | Poids taxable | Peso tasable | Peso taxado | Peso tassabile',
  ),
}

const agent: FieldSpec = {
  field: 'agent',
  type: 'party',
  labels: among(
    "Issuing Carrier's Agent | Issuing Carrier's Agent Name and City | Carrier's Agent | Agent's IATA Code | IATA Agent",
  ),
}

/** Air waybill: IATA master (741) and house (740). */
export const airWaybill: KindDefinition = {
  kind: 'AIR_WAYBILL',
  codes: [
    { code: '740', phrases: ['house air waybill', 'hawb'] },
    { code: '741', phrases: ['master air waybill', 'mawb'] },
    { code: '740', phrases: ['air waybill'] },
  ],
  titles: [
    { phrase: 'air waybill', weight: 7.5 },
    { phrase: 'house air waybill', weight: 8 },
    { phrase: 'master air waybill', weight: 8 },
    { phrase: 'air consignment note', weight: 8 },
    { phrase: 'luftfrachtbrief', weight: 8 },
    { phrase: 'lettre de transport aerien', weight: 8 },
    { phrase: 'guia aerea', weight: 8 },
    { phrase: 'conhecimento aereo', weight: 8 },
    { phrase: 'luchtvrachtbrief', weight: 8 },
    { phrase: 'lettera di vettura aerea', weight: 8 },
  ],
  evidence: [
    { phrase: 'airport of departure', weight: 1.8 },
    { phrase: 'airport of destination', weight: 1.8 },
    { phrase: 'air waybill', weight: 0.8 },
    { phrase: "agent's iata code", weight: 2 },
    { phrase: 'declared value for carriage', weight: 1.5 },
    { phrase: 'declared value for customs', weight: 1 },
    { phrase: 'nature and quantity of goods', weight: 1.2 },
    { phrase: 'chargeable weight', weight: 0.8 },
    { phrase: 'executed on', weight: 0.6 },
    { phrase: 'not negotiable', weight: 0.4 },
    { phrase: 'handling information', weight: 0.6 },
    { phrase: 'amount of insurance', weight: 0.5 },
  ],
  fields: [
    airWaybillNumber,
    houseAirWaybillNumber,
    { ...parties.shipper, labels: [...parties.shipper.labels, "Shipper's Name"] },
    { ...parties.consignee, labels: [...parties.consignee.labels, "Consignee's Name"] },
    parties.notifyParty,
    { ...parties.carrier, labels: [...parties.carrier.labels, 'Issued by', 'By First Carrier'] },
    agent,
    airportOfDeparture,
    airportOfDestination,
    flight,
    { ...cargo.packageCount, labels: [...cargo.packageCount.labels, 'No of Pieces RCP', 'Total Pieces', 'Pcs'] },
    cargo.grossWeight,
    chargeableWeight,
    cargo.volume,
    cargo.descriptionOfGoods,
    cargo.hsCode,
    transport.freightTerms,
    commerce.purchaseOrderNumber,
    commerce.incoterm,
    commerce.currency,
    {
      ...commerce.documentDate,
      field: 'dateOfIssue',
      labels: [
        ...among('Executed on | Executed on date | Date of issue | Issue date | Ausgestellt am'),
        ...commerce.documentDate.labels,
      ],
    },
    transport.placeOfIssue,
  ],
  key: ['airWaybillNumber', 'shipper', 'consignee', 'grossWeight'],
  columns: [
    {
      column: 'packages',
      type: 'quantity',
      labels: among('No of Pieces RCP | No of Pieces | Pieces | Pcs'),
      total: 'packageCount',
    },
    { column: 'grossWeight', type: 'weight', labels: among('Gross Weight | Weight'), total: 'grossWeight' },
    { column: 'chargeableWeight', type: 'weight', labels: among('Chargeable Weight') },
    { column: 'unitPrice', type: 'unitPrice', labels: among('Rate Charge | Rate/Charge | Rate') },
    { column: 'amount', type: 'money', labels: among('Total') },
    { column: 'description', type: 'phrase', labels: among('Nature and Quantity of Goods | Description') },
  ],
  checks: [netWithinGross],
}
