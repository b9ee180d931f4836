import { containerDigits } from '../../extraction/checks'
import { among, type FieldSpec, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

import { cargoWithinVerified, withinMaximum } from './validators'

const verifiedGrossMass: FieldSpec = {
  field: 'verifiedGrossMass',
  type: 'weight',
  labels: among(`
    Verified Gross Mass | Verified Gross Mass of container | Verified Gross Mass of container Method 1 | VGM | VGM Weight | VGM kg | Total VGM | Verified Weight | Verified Gross Weight | Bestätigte Bruttomasse | Verifizierte Bruttomasse | Masse brute vérifiée | Masa bruta verificada |
    Peso bruto verificado | Massa bruta verificada | Geverifieerde brutomassa | Massa lorda verificata`),
  patterns: [
    {
      find: /\b(?:VGM|verified gross mass)\s*(?:\(?\s*kgs?\s*\)?)?\s*[:=]\s*([\d.,]+(?:\s*(?:kgs?|lbs?|mt)\b)?)/i,
      confidence: 0.93,
    },
  ],
  query: 'What is the verified gross mass?',
}

const tareWeight: FieldSpec = {
  field: 'tareWeight',
  type: 'weight',
  labels: among(
    'Tare Weight | Tare | Container Tare | Tare Mass | Taragewicht | Tara | Leergewicht | Poids à vide | Tarra',
  ),
}

const maximumGrossMass: FieldSpec = {
  field: 'maximumGrossMass',
  type: 'weight',
  labels: among(
    'Maximum permissible weight as per CSC plate | Max Gross Weight | Maximum Gross Mass | Max Gross | CSC Max Gross | Maximum permissible weight | Maximum Payload',
  ),
}

const weighingMethod: FieldSpec = {
  field: 'weighingMethod',
  type: 'text',
  labels: among(
    'Weighing Method | VGM Method | Method | Method Used | SOLAS Method | Verfahren | Methode | Méthode | Método | Metodo',
  ),
  patterns: [{ find: /\b(method\s*[12])\b/i, confidence: 0.9 }],
}

const weighingDate: FieldSpec = {
  field: 'weighingDate',
  type: 'date',
  labels: among(
    'Date and time of weighing | Date of Weighing | Weighing Date | Weight Date | VGM Date | Date of verification | Verification Date | Wiegedatum | Datum der Wägung | Date de pesée | Fecha de pesaje | Data da pesagem | Weegdatum | Data di pesatura',
  ),
}

const responsiblePerson: FieldSpec = {
  field: 'responsiblePerson',
  type: 'name',
  labels: among(
    'Authorized Person | Responsible Person | Name and designation of official authorised to sign | Name of authorized person | Authorised Signatory | VGM Responsible Party | Responsible Party | Authorised person | Verantwortliche Person | Personne autorisée | Persona autorizada | Name',
  ),
}

const weighingSlip: FieldSpec = {
  field: 'weighingSlipNumber',
  type: 'identifier',
  labels: among(
    'Weighing Slip No | Weighbridge Ticket No | Weight Certificate No | Certificate No | Weighing Ticket No | Ticket No | Wiegeschein Nr | VGM Certificate No',
  ),
}

/** Declaration of a packed container's verified gross mass under SOLAS VI/2 (UN/EDIFACT 749). */
export const vgm: KindDefinition = {
  kind: 'VGM',
  codes: [{ code: '749', phrases: ['vgm'] }],
  titles: [
    { phrase: 'vgm declaration', weight: 9.5 },
    { phrase: 'vgm certificate', weight: 9.5 },
    { phrase: 'vgm', weight: 7.5 },
    { phrase: 'verified gross mass', weight: 9 },
    { phrase: 'verified gross mass declaration', weight: 9.5 },
    { phrase: 'verified gross mass certificate', weight: 9.5 },
    { phrase: 'certificate of verified gross mass', weight: 9.5 },
    { phrase: 'solas vgm', weight: 9 },
    { phrase: 'information about verified gross mass of container', weight: 9.5 },
    { phrase: 'verifizierte bruttomasse', weight: 9 },
    { phrase: 'masse brute verifiee', weight: 9 },
    { phrase: 'masa bruta verificada', weight: 9 },
    { phrase: 'peso bruto verificado', weight: 9 },
    { phrase: 'massa bruta verificada', weight: 9 },
  ],
  evidence: [
    { phrase: 'verified gross mass', weight: 2 },
    { phrase: 'vgm', weight: 1 },
    { phrase: 'solas', weight: 1.2 },
    { phrase: 'weighbridge', weight: 1.2 },
    { phrase: 'csc plate', weight: 1.2 },
    { phrase: 'method 1', weight: 0.6 },
    { phrase: 'method 2', weight: 0.6 },
    { phrase: 'weighing', weight: 0.6 },
    { phrase: 'tare', weight: 0.3 },
  ],
  fields: [
    cargo.containerNumber,
    verifiedGrossMass,
    tareWeight,
    maximumGrossMass,
    {
      ...cargo.grossWeight,
      field: 'cargoWeight',
      labels: among('Cargo Weight | Weight of cargo | Cargo Gross Weight | Net cargo weight | Gewicht der Ladung'),
      patterns: [],
    },
    weighingMethod,
    weighingDate,
    weighingSlip,
    responsiblePerson,
    parties.shipper,
    parties.carrier,
    transport.bookingNumber,
    transport.billOfLadingNumber,
    transport.vessel,
    transport.voyage,
    transport.portOfLoading,
    transport.portOfDischarge,
    cargo.sealNumber,
    commerce.documentDate,
  ],
  key: ['containerNumber', 'verifiedGrossMass'],
  columns: [
    {
      column: 'containerNumber',
      type: 'container',
      each: 'containerNumber',
      labels: among('Container No | Container Number | Container'),
    },
    { column: 'sealNumber', type: 'seal', each: 'sealNumber', labels: among('Seal No | Seal Number | Seal') },
    { column: 'tareWeight', type: 'weight', labels: among('Tare | Tare Weight') },
    { column: 'cargoWeight', type: 'weight', labels: among('Cargo Weight | Cargo Gross Weight | Gross Weight') },
    { column: 'verifiedGrossMass', type: 'weight', labels: among('VGM | Verified Gross Mass | VGM kg') },
    { column: 'method', type: 'text', labels: among('Method | VGM Method') },
  ],
  checks: [containerDigits, withinMaximum, cargoWithinVerified],
}
