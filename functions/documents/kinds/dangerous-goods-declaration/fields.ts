import { containerDigits, netWithinGross } from '../../extraction/checks'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const unNumber: FieldSpec = {
  field: 'unNumber',
  type: 'unNumber',
  many: true,
  labels: among(
    'UN No | UN Number | UN or ID No | UN/ID No | UN | UN-Nr | UN-Nummer | N° ONU | Numéro ONU | No ONU | Número ONU | UN-nummer | Numero ONU',
  ),
  patterns: [{ find: /\bUN\s*(?:no\.?)?\s*[:#]?\s*(\d{4})(?!\d)/i, confidence: 0.97 }],
  query: 'What are the UN numbers?',
}

const properShippingName: FieldSpec = {
  field: 'properShippingName',
  type: 'text',
  labels: among(
    'Proper Shipping Name | Proper shipping name technical name | PSN | Richtiger technischer Name | Offizielle Benennung | Désignation officielle de transport | Nombre propio del transporte | Designación oficial de transporte | Nome apropriado para embarque | Juiste ladingnaam | Nome di spedizione',
  ),
  // "UN 1263, PAINT, 3, PG II": the name stands between the number and the class.
  patterns: [
    { find: /\bUN\s?\d{4}[\s,]+([A-Z][A-Z\s,.()-]{2,60}?)[\s,]+(?:class\s*)?[1-9](?:\.\d)?\b/i, confidence: 0.85 },
  ],
}

const hazardClass: FieldSpec = {
  field: 'hazardClass',
  type: 'hazardClass',
  many: true,
  labels: among(
    'Class | IMO Class | Hazard Class | Class or Division | IMDG Class | Class Division | Hazard Class Division | Gefahrklasse | Klasse | Classe | Classe de danger | Clase | Clase de peligro | Classe de risco | Gevarenklasse | Classe di pericolo',
  ),
  patterns: [{ find: /\b(?:imo|imdg|hazard)?\s*class\s*[:.]?\s*([1-9](?:\.[1-6])?)(?![\d.])/i, confidence: 0.93 }],
}

const packingGroup: FieldSpec = {
  field: 'packingGroup',
  type: 'packingGroup',
  labels: among(
    "Packing Group | PG | Pkg Group | Verpackungsgruppe | Groupe d'emballage | Grupo de embalaje | Grupo de embalagem | Verpakkingsgroep | Gruppo d'imballaggio",
  ),
  patterns: [{ find: /\b(?:PG|P\.G\.|packing group)\s*[:.]?\s*(III|II|I)\b/i, confidence: 0.95 }],
}

const flashPoint: FieldSpec = {
  field: 'flashPoint',
  type: 'temperature',
  labels: among(
    'Flash Point | Flashpoint | FP | Flammpunkt | Point éclair | Point d’éclair | Punto de inflamación | Ponto de fulgor | Vlampunt | Punto di infiammabilità',
  ),
  patterns: [
    { find: /\b(?:flash\s?point|f\.?p\.?)\s*[:.]?\s*(-?\d{1,3}(?:[.,]\d)?\s*°?\s*[CF])\b/i, confidence: 0.93 },
  ],
}

const emergencyContact: FieldSpec = {
  field: 'emergencyContact',
  type: 'text',
  labels: among(
    'Emergency Contact | Emergency Telephone | Emergency Phone | 24 hour emergency contact | 24 hr Emergency Contact | Emergency Response Telephone | Notrufnummer | Numéro d’urgence | Teléfono de emergencia | Noodnummer',
  ),
}

const marinePollutant: FieldSpec = {
  field: 'marinePollutant',
  type: 'text',
  labels: among('Marine Pollutant | Meeresschadstoff | Polluant marin | Contaminante marino | Poluente marinho'),
}

/** Dangerous goods declaration (UN/EDIFACT 890), sea and air. */
export const dangerousGoodsDeclaration: KindDefinition = {
  kind: 'DANGEROUS_GOODS_DECLARATION',
  codes: [{ code: '890', phrases: ['dangerous goods'] }],
  titles: [
    { phrase: 'dangerous goods declaration', weight: 9 },
    { phrase: "shipper's declaration for dangerous goods", weight: 9.5 },
    { phrase: 'declaration for dangerous goods', weight: 9 },
    { phrase: 'multimodal dangerous goods form', weight: 9.5 },
    { phrase: 'dangerous goods form', weight: 8.5 },
    { phrase: 'imo dangerous goods declaration', weight: 9.5 },
    { phrase: 'dangerous goods note', weight: 9 },
    { phrase: 'hazardous materials declaration', weight: 8.5 },
    { phrase: 'hazardous cargo declaration', weight: 8.5 },
    { phrase: 'gefahrguterklarung', weight: 9 },
    { phrase: 'gefahrgutdeklaration', weight: 9 },
    { phrase: 'verantwortliche erklarung', weight: 7 },
    { phrase: 'imo erklarung', weight: 9 },
    { phrase: 'declaration de marchandises dangereuses', weight: 9 },
    { phrase: 'declaracion de mercancias peligrosas', weight: 9 },
    { phrase: 'declaracion de mercaderias peligrosas', weight: 9 },
    { phrase: 'declaracao de mercadorias perigosas', weight: 9 },
    { phrase: 'declaracao de cargas perigosas', weight: 9 },
    { phrase: 'verklaring gevaarlijke stoffen', weight: 9 },
    { phrase: 'dichiarazione merci pericolose', weight: 9 },
  ],
  evidence: [
    { phrase: 'proper shipping name', weight: 1.5 },
    { phrase: 'packing group', weight: 1 },
    { phrase: 'un no', weight: 0.8 },
    { phrase: 'un number', weight: 0.8 },
    { phrase: 'imdg', weight: 1 },
    { phrase: 'flash point', weight: 0.8 },
    { phrase: 'marine pollutant', weight: 0.8 },
    { phrase: 'ems', weight: 0.4 },
    { phrase: 'passenger and cargo aircraft', weight: 1.5 },
    { phrase: 'container vehicle packing certificate', weight: 1.2 },
    { phrase: 'fully and accurately described', weight: 1.2 },
  ],
  fields: [
    parties.shipper,
    parties.consignee,
    parties.carrier,
    transport.billOfLadingNumber,
    transport.bookingNumber,
    transport.shipmentReference,
    transport.vessel,
    transport.voyage,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    unNumber,
    properShippingName,
    hazardClass,
    packingGroup,
    flashPoint,
    marinePollutant,
    emergencyContact,
    cargo.containerNumber,
    cargo.sealNumber,
    cargo.packageCount,
    cargo.grossWeight,
    cargo.netWeight,
    cargo.volume,
    cargo.marks,
    commerce.documentDate,
  ],
  key: ['unNumber', 'hazardClass'],
  columns: [
    { column: 'unNumber', type: 'unNumber', each: 'unNumber', labels: among('UN No | UN Number | UN or ID No | UN') },
    {
      column: 'description',
      type: 'phrase',
      labels: among('Proper Shipping Name | Description of goods | Description'),
    },
    {
      column: 'hazardClass',
      type: 'hazardClass',
      each: 'hazardClass',
      labels: among('Class | Class or Division | IMO Class | Hazard Class'),
    },
    { column: 'packingGroup', type: 'packingGroup', labels: among('Packing Group | PG | Pkg Group') },
    {
      column: 'packages',
      type: 'quantity',
      labels: among('Number and kind of packages | Quantity | Packages | Quantity and type of packing'),
    },
    {
      column: 'grossWeight',
      type: 'weight',
      labels: among('Gross mass | Gross weight | Gross mass kg'),
      total: 'grossWeight',
    },
    {
      column: 'netWeight',
      type: 'weight',
      labels: among('Net mass | Net weight | Net explosive mass'),
      total: 'netWeight',
    },
    { column: 'volume', type: 'volume', labels: among('Cube | Volume'), total: 'volume' },
  ],
  checks: [containerDigits, netWithinGross],
}
