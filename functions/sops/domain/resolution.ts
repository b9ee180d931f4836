/** Which SOP is for which shipment: the most specific of those that apply. Pure. */
import type { ShipmentHeader } from '../../../schemas/shipment'
import type { ProductSopId } from '../../../schemas/sop'
import type { SopOrigin, SopScope, SopSpecificity } from '../../../schemas/sop-catalogue'
import { SOPS } from './catalogue'

/** An SOP as far as choosing it needs; `machine` carries its versions. */
export interface SopRef {
  sopId: string
  title: string
  origin: SopOrigin
  machine: ProductSopId
  appliesTo: SopScope
  status: 'ACTIVE' | 'RETIRED'
}

export interface Wanted extends Pick<ShipmentHeader, 'type' | 'mode' | 'loadType'> {
  customer?: string | undefined
}

export const productSop = (sopId: ProductSopId): SopRef => {
  const { title, type, mode, loadTypes } = SOPS[sopId]
  const appliesTo = { type, ...(mode === undefined ? {} : { mode }), loadTypes: [...loadTypes] }
  return { sopId, title, origin: 'PRODUCT', machine: sopId, appliesTo, status: 'ACTIVE' }
}

const applies = ({ appliesTo: { type, mode, loadTypes, customer } }: Pick<SopRef, 'appliesTo'>, wanted: Wanted) =>
  type === wanted.type &&
  (mode === undefined || mode === wanted.mode) &&
  (loadTypes.length === 0 || loadTypes.includes(wanted.loadType)) &&
  (customer === undefined || customer === wanted.customer)

/** What makes an SOP more specific than one that names only a type, most telling first. */
export function specificityOf({ appliesTo, origin }: Pick<SopRef, 'appliesTo' | 'origin'>): SopSpecificity[] {
  const { customer, loadTypes, mode } = appliesTo
  return [
    ...(customer === undefined ? [] : (['CUSTOMER'] as const)),
    ...(loadTypes.length === 0 ? [] : (['LOAD_TYPE'] as const)),
    ...(mode === undefined ? [] : (['MODE'] as const)),
    ...(origin === 'TENANT' ? (['TENANT'] as const) : []),
  ]
}

/** Each weighs more than all that follow it. */
const WEIGHTS: Record<SopSpecificity, number> = { CUSTOMER: 8, LOAD_TYPE: 4, MODE: 2, TENANT: 1 }
const weightOf = (sop: SopRef) => specificityOf(sop).reduce((sum, it) => sum + WEIGHTS[it], 0)

/** SOPs that are in use and apply, most specific first; among equals the id decides, so that the order of the list does not. */
export const candidatesFor = (sops: readonly SopRef[], wanted: Wanted): SopRef[] =>
  sops
    .filter((sop) => sop.status === 'ACTIVE' && applies(sop, wanted))
    .sort((a, b) => weightOf(b) - weightOf(a) || (a.sopId < b.sopId ? -1 : 1))
