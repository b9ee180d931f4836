// Places, means and papers of transport: fields that many kinds share, with the words the trade prints (EN, DE, FR, ES, PT, NL, IT).
import { among, type FieldSpec } from '../kind'

export const vessel: FieldSpec = {
  field: 'vessel',
  type: 'vessel',
  labels: among(`
    Vessel | Vessel Name | Vessel's Name | Name of Vessel | Ocean Vessel | Ocean Vessel/Voyage | Vessel/Voyage |
    Vessel and Voyage | Vessel/Voy | First Vessel | Vessel Aircraft | Vessel Name/Voyage No | Vessel/Flight No and Date | Vessel/Flight No | Ship's Name | Ocean Vessel Voyage No | Carrying Vessel | Mother Vessel | Ship |
    Export Carrier | Schiff | Schiffsname | Seeschiff | Navire | Nom du navire | Buque | Nombre del buque | Navio |
    Nave | Schip | Zeeschip | M/V | Vessel Flight | Vessel and VCN | Vessel's Name and VCN No`),
  query: 'What is the vessel name?',
}

export const voyage: FieldSpec = {
  field: 'voyage',
  type: 'voyage',
  labels: among(`
    Voyage | Voyage No | Voy | Voy No | Voyage Number | Ocean Vessel/Voyage | Vessel/Voyage | Vessel and Voyage |
    Vessel/Voy | First Vessel | Vessel Name/Voyage No | Vessel/Flight No and Date | Vessel/Flight No | Ocean Vessel Voyage No | Reise | Reisenummer | Voyage n° | Viaje | Viagem | Viaggio | Reis`),
  query: 'What is the voyage number?',
}

export const placeOfReceipt: FieldSpec = {
  field: 'placeOfReceipt',
  type: 'place',
  labels: among(`
    Place of Receipt | Place of Acceptance | Place of Receipt by Pre-carrier | Place of Taking in Charge | Received at | Place of receipt by pre-carrier | Übernahmeort | Ort der
    Übernahme | Lieu de réception | Lieu de prise en charge | Lugar de recepción | Lugar de recepcion | Local de
    recebimento | Plaats van ontvangst | Luogo di ricevimento`),
}

export const portOfLoading: FieldSpec = {
  field: 'portOfLoading',
  type: 'place',
  labels: among(`
    Port of Loading | Port Airport of Loading | Port of Lading | Loading Port | Port of Load | POL | Load Port |
    Port of Shipment | Port of Embarkation | Port/Place of Loading | Place of Loading | From Port | Port of Export | U.S. Port of Export | Ladehafen | Verladehafen | Abgangshafen | Port de chargement | Port
    d'embarquement | Puerto de carga | Puerto de embarque | Porto de embarque | Porto de carregamento | Laadhaven |
    Haven van lading | Porto di imbarco | Porto di carico`),
  patterns: [{ find: /^from:?\s+(\p{L}[\p{L}\s,.]+?)\s+(?:via\s.+)?to:?\s+\p{L}/iu, confidence: 0.85 }],
  query: 'What is the port of loading?',
}

export const portOfDischarge: FieldSpec = {
  field: 'portOfDischarge',
  type: 'place',
  labels: among(`
    Port of Discharge | Port Airport of Discharge | Port of Unloading | Discharge Port | Discharging Port | POD |
    Port of Unlading | Foreign Port of Unloading | Port/Place of Discharge | Place of Discharge | U.S. Port of Unlading | Port of Entry | Destination Port | Port of Destination | Löschhafen | Bestimmungshafen | Entladehafen | Port de
    déchargement | Port de débarquement | Puerto de descarga | Puerto de destino | Porto de descarga | Porto de
    destino | Loshaven | Haven van lossing | Porto di sbarco | Porto di scarico`),
  patterns: [
    { find: /^to:\s+(\p{L}[\p{L}\s,.]+?)\s+by\s+(?:sea|air|truck|rail|road|vessel)\b/iu, confidence: 0.85 },
    {
      find: /^from:?\s+\p{L}[\p{L}\s,.]+?\s+to:?\s+(\p{L}[\p{L}\s,.]+?)(?:\s+by\s+(?:sea|air|truck|rail|road|vessel).*)?$/iu,
      confidence: 0.85,
    },
  ],
  query: 'What is the port of discharge?',
}

export const placeOfDelivery: FieldSpec = {
  field: 'placeOfDelivery',
  type: 'place',
  labels: among(`
    Place of Delivery | Final Destination | Destination | Place of Delivery by Carrier | Place of Final Destination | Final Place of Delivery | Final Delivery |
    Place of Delivery by on-carrier | Auslieferungsort | Ort der Ablieferung | Lieferort | Bestimmungsort | Lieu de
    livraison | Lugar de entrega | Destino final | Local de entrega | Plaats van aflevering | Luogo di consegna`),
}

export const billOfLadingNumber: FieldSpec = {
  field: 'billOfLadingNumber',
  type: 'identifier',
  labels: among(`
    Bill of Lading No | Bill of Lading Number | B/L No | B/L Number | BL No | BL | BOL Number | BOL No | B/L | Bill
    of Lading | House B/L No | HB/L No | FBL No | FBL | Transport Document Number | Transport Document No | B/L or AWB Number | B/L or AWB No | OBL No | HBL No | HBL | MBL No | House Bill of Lading No | Master Bill of Lading No | Sea Waybill No
    | Waybill No | Ocean Bill of Lading No | Combined transport bill of lading | Konnossement Nr |
    Konnossementsnummer | Connaissement n° | N° de connaissement | Conocimiento de embarque no | No de BL |
    Conhecimento de embarque n° | Cognossementnummer | Polizza di carico n | B/L Document No | Document No`),
  query: 'What is the bill of lading number?',
}

export const bookingNumber: FieldSpec = {
  field: 'bookingNumber',
  type: 'identifier',
  labels: among(`
    Booking No | Booking Number | Booking Ref | Booking Reference | Carrier Booking No | Buchungsnummer | Buchungs
    Nr | N° de réservation | Numéro de réservation | Número de reserva | Booking | Boekingsnummer | Numero di
    prenotazione | S/O No | Shipping Order No`),
}

export const freightTerms: FieldSpec = {
  field: 'freightTerms',
  type: 'freightTerms',
  labels: among(`
    Freight Terms | Freight | Freight Payment | Payment of Freight | Freight Charge Terms | Freight and Charges |
    Frachtzahlung | Fracht | Fret | Flete | Frete | Vracht | Nolo | Freight payable | WT/VAL`),
  patterns: [{ find: /\b(freight\s*(?:pre-?\s?paid|collect|to collect))\b/i, confidence: 0.95 }],
}

export const placeOfIssue: FieldSpec = {
  field: 'placeOfIssue',
  type: 'place',
  labels: among(`
    Place of Issue | Place and Date of Issue | Place of B/L Issue | Place/Date of Issue | Issued at | Ort und Datum
    der Ausstellung | Ausstellungsort | Lieu et date d'émission | Lieu d'émission | Lugar y fecha de emisión | Lugar
    de emisión | Local e data de emissão | Plaats en datum van afgifte | Luogo e data di emissione`),
}

export const shipmentReference: FieldSpec = {
  field: 'shipmentReference',
  type: 'identifier',
  labels: among(`
    Shipment ID | Shipment No | Shipment Number | Shipment Ref | Shipment Reference | Job No | Job Number | Job Ref
    | File No | Our Ref | Our Reference | Forwarder Ref | FWD Ref | Sendungsnummer | Dossier | Referencia | SID`),
}
