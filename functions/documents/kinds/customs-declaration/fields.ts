import { netWithinGross } from '../../extraction/checks'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

const declarationNumber: FieldSpec = {
  field: 'declarationNumber',
  type: 'identifier',
  labels: among(`
    MRN | Movement Reference Number | Declaration No | Declaration Number | Entry No | Entry Number | Filer Code/Entry No | Filer Code Entry Number | Customs Entry No | LRN | Export Declaration No | Shipping Bill No | Bill of Entry No | SB No | BE No |
    ITN | Registriernummer | Bezugsnummer | Registrierkennzeichen | N° de déclaration | Numéro de déclaration | No de declaración | Número de declaración | Número de pedimento | Pedimento | DUA | Número da DU-E | DU-E | Aangiftenummer | Numero dichiarazione`),
  // Movement reference number: year, country, 13 characters, check digit.
  patterns: [{ find: /(?<![A-Z0-9])(\d{2}[A-Z]{2}[A-Z0-9]{13}\d)(?![A-Z0-9])/, confidence: 0.97 }],
  query: 'What is the declaration number or MRN?',
}

const declarant: FieldSpec = {
  field: 'declarant',
  type: 'party',
  labels: among(
    'Declarant | Declarant/Representative | Declarant Representative | Customs Broker | Broker | Broker/Filer Information | Anmelder | Anmelder/Vertreter | Vertreter | Déclarant | Déclarant/Représentant | Declarante | Aangever | Dichiarante | Agente aduanal | Despachante',
  ),
}

const exporter: FieldSpec = {
  field: 'exporter',
  type: 'party',
  labels: among(
    'Exporter | Consignor/Exporter | Consignor | Sender/Exporter | Versender/Ausführer | Ausführer | Versender | Expéditeur/Exportateur | Exportateur | Exportador | Expedidor/Exportador | Exporteur | Afzender/Exporteur | Esportatore | Speditore/Esportatore | Seller | USPPI',
  ),
}

const importer: FieldSpec = {
  field: 'importer',
  type: 'party',
  labels: among(
    'Importer | Importer of Record | Importer of Record Name and Address | Consignee | Ultimate Consignee | Ultimate Consignee Name and Address | Empfänger | Einführer | Importateur | Destinataire | Importador | Destinatario | Ontvanger | Importeur | Importatore | Buyer',
  ),
}

const procedure: FieldSpec = {
  field: 'procedureCode',
  type: 'identifier',
  labels: among(
    'Procedure | Procedure Code | CPC | Customs Procedure Code | Entry Type | Verfahren | Régime | Régimen | Regeling | Regime',
  ),
}

const customsOffice: FieldSpec = {
  field: 'customsOffice',
  type: 'text',
  labels: among(
    'Customs Office | Office of Export | Office of Exit | Office of Destination | Port Code | Port of Entry | Zollstelle | Ausfuhrzollstelle | Ausgangszollstelle | Bureau de douane | Aduana | Aduana de despacho | Kantoor | Ufficio doganale',
  ),
}

const countryOfDestination: FieldSpec = {
  field: 'countryOfDestination',
  type: 'country',
  labels: among(
    'Country of Destination | Country of Ultimate Destination | Destination Country | Bestimmungsland | Pays de destination | País de destino | Land van bestemming | Paese di destinazione',
  ),
}

const customsValue: FieldSpec = {
  field: 'customsValue',
  type: 'money',
  labels: among(
    'Total Entered Value | Entered Value | Customs Value | Statistical Value | Total amount invoiced | Value for Customs | Assessable Value | Statistischer Wert | Zollwert | Valeur en douane | Valeur statistique | Valor en aduana | Valor aduaneiro | Douanewaarde | Valore in dogana',
  ),
}

const dutyAmount: FieldSpec = {
  field: 'dutyAmount',
  type: 'money',
  labels: among(
    'Duty | Total Duty | Duty Amount | Customs Duty | Zoll | Zollbetrag | Droits de douane | Derechos arancelarios | Imposto de importação | Douanerechten | Dazio',
  ),
}

/** Customs declarations: export (830) and import (929). */
export const customsDeclaration: KindDefinition = {
  kind: 'CUSTOMS_DECLARATION',
  codes: [
    {
      code: '830',
      phrases: [
        'export declaration',
        'export accompanying document',
        'export entry',
        'shipping bill',
        'ausfuhranmeldung',
        'ausfuhrbegleitdokument',
        "declaration d'exportation",
        'declaracion de exportacion',
        'declaracao de exportacao',
        'electronic export information',
        "shipper's export declaration",
      ],
    },
    {
      code: '929',
      phrases: [
        'import declaration',
        'entry summary',
        'bill of entry',
        'einfuhranmeldung',
        'zollanmeldung',
        'import entry',
        'pedimento',
      ],
    },
    { code: '830', phrases: ['customs declaration'] },
  ],
  titles: [
    { phrase: 'customs declaration', weight: 8 },
    { phrase: 'single administrative document', weight: 8 },
    { phrase: 'export declaration', weight: 8 },
    { phrase: "shipper's export declaration", weight: 8.5 },
    { phrase: 'import declaration', weight: 8 },
    { phrase: 'goods declaration', weight: 8 },
    { phrase: 'export accompanying document', weight: 8.5 },
    { phrase: 'entry summary', weight: 8 },
    { phrase: 'entry summary declaration', weight: 8 },
    { phrase: 'bill of entry', weight: 8 },
    { phrase: 'shipping bill', weight: 8 },
    { phrase: 'shipping bill for export', weight: 8.5 },
    { phrase: 'electronic export information', weight: 8 },
    { phrase: 'customs entry', weight: 7 },
    { phrase: 'ausfuhranmeldung', weight: 8 },
    { phrase: 'ausfuhrbegleitdokument', weight: 8.5 },
    { phrase: 'einfuhranmeldung', weight: 8 },
    { phrase: 'zollanmeldung', weight: 8 },
    { phrase: 'einheitspapier', weight: 7 },
    { phrase: 'declaration en douane', weight: 8 },
    { phrase: "declaration d'exportation", weight: 8 },
    { phrase: "declaration d'importation", weight: 8 },
    { phrase: 'document administratif unique', weight: 8 },
    { phrase: 'declaracion aduanera', weight: 8 },
    { phrase: 'declaracion de aduanas', weight: 8 },
    { phrase: 'documento unico administrativo', weight: 8 },
    { phrase: 'documento administrativo unico', weight: 8 },
    { phrase: 'pedimento', weight: 8 },
    { phrase: 'declaracao aduaneira', weight: 8 },
    { phrase: 'declaracao unica de exportacao', weight: 8 },
    { phrase: 'douaneaangifte', weight: 8 },
    { phrase: 'enig document', weight: 7 },
    { phrase: 'dichiarazione doganale', weight: 8 },
    { phrase: 'bolletta doganale', weight: 8 },
    { phrase: 'european community', weight: 2 },
  ],
  evidence: [
    { phrase: 'mrn', weight: 1.5 },
    { phrase: 'declarant', weight: 1 },
    { phrase: 'office of export', weight: 1 },
    { phrase: 'office of exit', weight: 1 },
    { phrase: 'customs office', weight: 0.8 },
    { phrase: 'statistical value', weight: 1.2 },
    { phrase: 'supplementary units', weight: 1.2 },
    { phrase: 'procedure', weight: 0.4 },
    { phrase: 'importer of record', weight: 1 },
    { phrase: 'entered value', weight: 1.2 },
    { phrase: 'surety', weight: 0.6 },
    { phrase: 'duty rate', weight: 0.5 },
  ],
  fields: [
    declarationNumber,
    exporter,
    importer,
    parties.consignee,
    declarant,
    procedure,
    customsOffice,
    cargo.countryOfOrigin,
    countryOfDestination,
    cargo.hsCode,
    cargo.packageCount,
    cargo.grossWeight,
    cargo.netWeight,
    commerce.incoterm,
    commerce.invoiceNumber,
    transport.billOfLadingNumber,
    transport.vessel,
    transport.portOfLoading,
    transport.portOfDischarge,
    cargo.containerNumber,
    customsValue,
    dutyAmount,
    commerce.currency,
    commerce.totalAmount,
    {
      ...commerce.documentDate,
      labels: [
        ...commerce.documentDate.labels,
        'Summary Date',
        'Date of acceptance',
        'Annahmedatum',
        "Date d'acceptation",
      ],
      // Days of the goods' journey, on forms that print the day of the paper too.
      weakLabels: ['Entry Date', 'Import Date', 'Export Date'],
    },
  ],
  key: ['declarationNumber'],
  columns: [
    { column: 'line', type: 'text', labels: among('Item | Line No | Pos | Article') },
    {
      column: 'hsCode',
      type: 'hsCode',
      each: 'hsCode',
      labels: among('Commodity Code | HTSUS No | HS Code | Tariff | Warennummer | Code SH'),
    },
    {
      column: 'description',
      type: 'phrase',
      labels: among('Description of goods | Description of Merchandise | Description | Warenbezeichnung'),
    },
    { column: 'grossWeight', type: 'weight', labels: among('Gross Mass | Gross Weight | Rohmasse') },
    { column: 'netWeight', type: 'weight', labels: among('Net Mass | Net Weight | Eigenmasse') },
    { column: 'amount', type: 'money', labels: among('Statistical Value | Entered Value | Value | Item Price') },
  ],
  checks: [netWithinGross],
}
