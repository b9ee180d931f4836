import { airWaybill } from './air-waybill/fields'
import { arrivalNotice } from './arrival-notice/fields'
import { billOfLading } from './bill-of-lading/fields'
import { carrierInvoice } from './carrier-invoice/fields'
import { certificateOfOrigin } from './certificate-of-origin/fields'
import { commercialInvoice } from './commercial-invoice/fields'
import { customsDeclaration } from './customs-declaration/fields'
import { dangerousGoodsDeclaration } from './dangerous-goods-declaration/fields'
import { deliveryOrder } from './delivery-order/fields'
import type { KindDefinition } from './kind'
import { packingList } from './packing-list/fields'
import { proofOfDelivery } from './proof-of-delivery/fields'
import { vgm } from './vgm/fields'

/** Every kind we read; adding one is a folder and a line here. */
export const KINDS: readonly KindDefinition[] = [
  billOfLading,
  airWaybill,
  commercialInvoice,
  packingList,
  customsDeclaration,
  certificateOfOrigin,
  arrivalNotice,
  deliveryOrder,
  carrierInvoice,
  proofOfDelivery,
  dangerousGoodsDeclaration,
  vgm,
]
