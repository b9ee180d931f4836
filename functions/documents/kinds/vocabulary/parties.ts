// Parties: fields that many kinds share, with the words the trade prints (EN, DE, FR, ES, PT, NL, IT).
import { among, type FieldSpec } from '../kind'

export const shipper: FieldSpec = {
  field: 'shipper',
  type: 'party',
  labels: among(`
    Shipper | Shipper/Exporter | Shipper/Consignor/Sender | Consignor/Exporter | Consignor Expéditeur Afzender | Shipper Name | Name of Shipper | Consignor | Consignor/Shipper | Shipper/Consignor
    | Ship From | Shipped From | Sender | Shipper Merchant | Shipper's Name and Address | Exporter | Versender |
    Absender | Ablader | Expéditeur | Chargeur | Embarcador | Remitente | Expedidor | Cargador | Remetente |
    Afzender | Verlader | Mittente | Caricatore | Speditore`),
  query: 'Who is the shipper?',
}

export const consignee: FieldSpec = {
  field: 'consignee',
  type: 'party',
  labels: among(`
    Consignee | Consignee Name | Consignee Destinataire Geadresseerde | Consigned to order of | Ultimate Consignee | Name of Consignee | Consigned to | Consigned to the order of | Ship To | Shipped To
    | Deliver To | Consignee's Name and Address | Importer | Receiver | Empfänger | Warenempfänger | Destinataire |
    Consignatario | Destinatario | Consignatário | Destinatário | Ontvanger | Geadresseerde | Ricevitore | For
    account and risk of messrs | By order and for account and risk of | Account and risk of`),
  expense: ['RECEIVER_SHIP_TO'],
  query: 'Who is the consignee?',
}

export const notifyParty: FieldSpec = {
  field: 'notifyParty',
  type: 'party',
  labels: among(`
    Notify Party | Notify | Notify Parties | Notify Party Address | Notify Address | Notify Party Name | Notify Party and Address | Also Notify | 1st Notify
    | First Notify Party | Meldeadresse | Notify-Adresse | Notifier | Partie à notifier | Notificar a | Notificar |
    Notificado | Parte a notificar | Notifica a`),
  query: 'Who is the notify party?',
}

export const carrier: FieldSpec = {
  field: 'carrier',
  type: 'name',
  labels: among(`
    Carrier | Carrier Name | Name of Carrier | Ocean Carrier | Shipping Line | Line | Frachtführer | Reeder |
    Transporteur | Transportista | Transportadora | Vervoerder | Vettore | Issuing Carrier | Signed for the Carrier
    | As carrier | Airline | Delivered by | Haulier`),
  patterns: [
    // A line's own name stands at the head of its bill.
    {
      find: /^((?!.*\b(?:agents?|agency|forwarding)\b).*\b(?:lines?|shipping|container|maritime|carriers?|marine|navigation)\b.*\b(?:ltd|limited|inc|gmbh|s\.?a|co|llc|pte|b\.?v|a\/s|ag|corp)\b\.?)$/i,
      confidence: 0.6,
    },
    // The signature names the carrier: "As agent for the carrier X Line Ltd".
    { find: /as (?:agents?|agent only) for (?:and on behalf of )?the carrier,?:?\s+(\S.{4,50})/i, confidence: 0.8 },
  ],
}
