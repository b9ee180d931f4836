import { netWithinGross } from '../../extraction/checks'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const certificateNumber: FieldSpec = {
  field: 'certificateNumber',
  type: 'identifier',
  labels: among(
    'Certificate No | Certificate Number | Certificate of Origin No | C/O No | CO No | Reference No | Serial No | No | Bescheinigung Nr | N° du certificat | Certificado no | No de certificado | Certificaatnummer | Certificato n',
  ),
}

const exporter: FieldSpec = {
  field: 'exporter',
  type: 'party',
  labels: among(`
    Exporter | Exporter Name and Address | Exporter's Name | Exporter's Business Name and Address | Goods consigned from | Consignor | Producer | Absender | Ausführer | Exportateur | Expéditeur | Exportador | Remitente | Exporteur | Afzender |
    Esportatore | Speditore | Shipper | Shipper/Exporter`),
}

const consignee: FieldSpec = {
  ...parties.consignee,
  labels: [...parties.consignee.labels, 'Goods consigned to', "Consignee's Name", 'Importer Name and Address'],
}

const meansOfTransport: FieldSpec = {
  field: 'meansOfTransport',
  type: 'text',
  labels: among(
    'Means of transport and route | Transport details | Means of transport | Transport details optional | Beförderungsangaben | Angaben über die Beförderung | Informations relatives au transport | Medio de transporte | Transporte',
  ),
}

const certifyingBody: FieldSpec = {
  field: 'certifyingBody',
  type: 'name',
  labels: among(
    'Issuing Authority | Certifying Authority | Chamber of Commerce | Issued in | Ausstellende Stelle | Autorité de délivrance | Autoridad emisora',
  ),
}

/** Certificate of origin (861), with preferential forms (Form A, EUR.1) by their titles. */
export const certificateOfOrigin: KindDefinition = {
  kind: 'CERTIFICATE_OF_ORIGIN',
  codes: [{ code: '861', phrases: ['certificate of origin'] }],
  titles: [
    { phrase: 'certificate of origin', weight: 8 },
    { phrase: 'certification of origin', weight: 8 },
    { phrase: 'movement certificate', weight: 7.5 },
    { phrase: 'eur 1', weight: 6 },
    { phrase: 'generalized system of preferences', weight: 3 },
    { phrase: 'statement of origin', weight: 5 },
    { phrase: 'ursprungszeugnis', weight: 8 },
    { phrase: 'warenverkehrsbescheinigung', weight: 7.5 },
    { phrase: "certificat d'origine", weight: 8 },
    { phrase: 'certificado de origen', weight: 8 },
    { phrase: 'certificado de origem', weight: 8 },
    { phrase: 'certificaat van oorsprong', weight: 8 },
    { phrase: "certificato d'origine", weight: 8 },
    { phrase: 'certificato di origine', weight: 8 },
  ],
  evidence: [
    { phrase: 'chamber of commerce', weight: 1.5 },
    { phrase: 'origin criterion', weight: 1.2 },
    { phrase: 'country of origin', weight: 0.5 },
    { phrase: 'undersigned', weight: 0.6 },
    { phrase: 'hereby certifies', weight: 0.8 },
    { phrase: 'goods consigned from', weight: 1.5 },
    { phrase: 'blanket period', weight: 1.5 },
    { phrase: 'preference criterion', weight: 1.5 },
    { phrase: 'notary', weight: 0.8 },
  ],
  fields: [
    certificateNumber,
    exporter,
    parties.shipper,
    consignee,
    cargo.countryOfOrigin,
    meansOfTransport,
    certifyingBody,
    commerce.invoiceNumber,
    {
      ...cargo.hsCode,
      labels: [...cargo.hsCode.labels, 'HS Tariff Classification Number', 'HS Tariff Classification'],
    },
    cargo.packageCount,
    cargo.grossWeight,
    cargo.netWeight,
    cargo.marks,
    cargo.descriptionOfGoods,
    transport.vessel,
    transport.voyage,
    transport.portOfLoading,
    transport.portOfDischarge,
    {
      ...commerce.documentDate,
      field: 'dateOfIssue',
      labels: [
        ...commerce.documentDate.labels,
        'Place and Date of Issue',
        'Date of certification',
        'Ort und Datum',
        'Lieu et date',
        'Lugar y fecha',
      ],
    },
  ],
  key: ['exporter', 'countryOfOrigin'],
  columns: [
    { column: 'line', type: 'text', labels: among('Item No | Item number | Item') },
    { column: 'marks', type: 'text', labels: among('Marks and numbers | Marks and numbers of packages | Marks') },
    {
      column: 'description',
      type: 'phrase',
      labels: among('Description of goods | Number and kind of packages description of goods | Description'),
    },
    { column: 'hsCode', type: 'hsCode', each: 'hsCode', labels: among('HS Code | HS Tariff Classification | HS') },
    { column: 'origin', type: 'country', labels: among('Country of origin | Origin criterion | Origin') },
    {
      column: 'grossWeight',
      type: 'weight',
      labels: among('Gross weight | Gross weight or other quantity | Quantity | Weight'),
    },
    { column: 'invoice', type: 'identifier', labels: among('Number and date of invoices | Invoice No') },
  ],
  checks: [netWithinGross],
}
