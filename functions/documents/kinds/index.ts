import { billOfLading } from './bill-of-lading/fields'
import { commercialInvoice } from './commercial-invoice/fields'
import type { KindDefinition } from './kind'
import { packingList } from './packing-list/fields'

/** Every kind we read; adding one is a folder and a line here. */
export const KINDS: readonly KindDefinition[] = [billOfLading, commercialInvoice, packingList]
