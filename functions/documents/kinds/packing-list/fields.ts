import { containerDigits, netWithinGross, totalsOfColumns } from '../../extraction/checks'
import { buyer, letterOfCredit, seller } from '../commercial-invoice/fields'
import { among, type KindDefinition } from '../kind'
import * as cargo from '../vocabulary/cargo'
import * as commerce from '../vocabulary/commerce'
import * as parties from '../vocabulary/parties'
import * as transport from '../vocabulary/transport'

/** Packing list (UN/EDIFACT 271). */
export const packingList: KindDefinition = {
  kind: 'PACKING_LIST',
  codes: [{ code: '271', phrases: ['packing list'] }],
  titles: [
    { phrase: 'packing list', weight: 8 },
    { phrase: 'packing slip', weight: 7 },
    { phrase: 'detailed packing list', weight: 8.5 },
    { phrase: 'packing note', weight: 7 },
    { phrase: 'packing and weight list', weight: 8 },
    { phrase: 'weight list', weight: 6 },
    { phrase: 'packliste', weight: 8 },
    { phrase: 'kolliliste', weight: 7 },
    { phrase: 'liste de colisage', weight: 8 },
    { phrase: 'lista de empaque', weight: 8 },
    { phrase: 'lista de bultos', weight: 7 },
    { phrase: 'romaneio de carga', weight: 8 },
    { phrase: 'romaneio', weight: 7 },
    { phrase: 'paklijst', weight: 8 },
    { phrase: 'distinta colli', weight: 7 },
    { phrase: 'lista di imballaggio', weight: 8 },
    { phrase: 'distinta di imballaggio', weight: 8 },
  ],
  evidence: [
    { phrase: 'ctn no', weight: 0.8 },
    { phrase: 'carton no', weight: 0.6 },
    { phrase: 'net weight', weight: 0.4 },
    { phrase: 'pcs ctn', weight: 0.8 },
    { phrase: 'weight ctn', weight: 0.8 },
    { phrase: 'per carton', weight: 0.6 },
    { phrase: 'total cartons', weight: 0.6 },
    { phrase: 'measurements', weight: 0.3 },
  ],
  fields: [
    commerce.invoiceNumber,
    commerce.documentDate,
    { ...seller, labels: [...seller.labels, ...parties.shipper.labels] },
    buyer,
    { ...parties.consignee, labels: [...parties.consignee.labels, 'To', 'To Messrs', 'Messrs'] },
    parties.notifyParty,
    parties.shipper,
    commerce.deliveryNumber,
    commerce.purchaseOrderNumber,
    letterOfCredit,
    transport.billOfLadingNumber,
    transport.vessel,
    transport.voyage,
    transport.portOfLoading,
    transport.portOfDischarge,
    transport.placeOfDelivery,
    commerce.incoterm,
    cargo.countryOfOrigin,
    cargo.hsCode,
    cargo.containerNumber,
    cargo.sealNumber,
    cargo.packageCount,
    cargo.totalQuantity,
    cargo.netWeight,
    cargo.grossWeight,
    cargo.volume,
    cargo.marks,
  ],
  key: ['packageCount', 'grossWeight'],
  columns: [
    { column: 'marks', type: 'text', labels: among('Shipping Mark | Shipping Marks | Marks | Mark') },
    {
      column: 'packageNumbers',
      type: 'text',
      labels: among('Carton No | CTN No | Case No | Package No | Pallet No | C/No | C.No | Kolli Nr'),
    },
    {
      column: 'packages',
      type: 'quantity',
      labels: among(`
        CTNS | QTY CTNS | Cartons | CTN Qty | No of Cartons | Packages | No of packages | Kind and No of Packages | Pkgs | Number of packages | Cases | Pallets | Colli | Kolli | Colis | Bultos | Volumes`),
      total: 'packageCount',
    },
    {
      column: 'article',
      type: 'text',
      labels: among(
        'Item No | Article No | Product Code | Style No | Part No | Item | Art Nr | SKU | Model | Code | Référence | Referencia',
      ),
    },
    {
      column: 'purchaseOrder',
      type: 'identifier',
      each: 'purchaseOrderNumber',
      labels: among('PO No | Order No | PO Number'),
    },
    {
      column: 'description',
      type: 'phrase',
      labels: among(`
        Description | Description of goods | Goods description | Name and specification of commodity | Commodity | Product | Item description | Descriptions | Beschreibung | Bezeichnung | Warenbezeichnung |
        Désignation | Descripción | Descrição | Omschrijving | Descrizione`),
    },
    { column: 'hsCode', type: 'hsCode', each: 'hsCode', labels: among('HS Code | Tariff No | HTS | NCM') },
    {
      column: 'perPackage',
      type: 'quantity',
      labels: among('PCS/CTN | Qty/ctn | PCS PER CTN | SET/CTN | Qty per carton | Pcs/Carton | Units per package'),
    },
    {
      column: 'quantity',
      type: 'quantity',
      labels: among(
        'Quantity | Qty | QTY PCS | Total PCS/SETS | Quantity PCS/SETS | Quantity PCS/SET | Unit Quantity | Pieces | PCS | Total Qty | Menge | Anzahl | Quantité | Cantidad | Quantidade | Aantal | Quantità',
      ),
      total: 'totalQuantity',
    },
    {
      column: 'netWeight',
      type: 'weight',
      labels: among(
        'Net Weight | Net kg | Net kgs | N.W. | N/W | NW | Net | Net Wt | Total N.W. | KGS/NET Weight | Nettogewicht | Poids net | Peso neto | Peso líquido | Peso netto',
      ),
      total: 'netWeight',
    },
    {
      column: 'grossWeight',
      type: 'weight',
      labels: among(
        'Gross Weight | Gross kg | Gross kgs | G.W. | G/W | GW | Gross | Gross Wt | Total G.W. | KGS/GROSS Weight | Weight | Bruttogewicht | Poids brut | Peso bruto | Peso lordo',
      ),
      total: 'grossWeight',
    },
    {
      column: 'volume',
      type: 'volume',
      labels: among('CBM | Measurement | Measurements | Volume | Cube | M3 | Total CBM | Volumen'),
      total: 'volume',
    },
  ],
  checks: [
    netWithinGross,
    containerDigits,
    totalsOfColumns([
      ['packages', 'packageCount'],
      ['quantity', 'totalQuantity'],
      ['volume', 'volume'],
    ]),
  ],
}
