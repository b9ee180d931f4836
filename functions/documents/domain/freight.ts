/** Who pays the carrier, by the rule of the sale. Pure. */
import type { Incoterm } from '../../../schemas/codes'

export type FreightTerms = 'PREPAID' | 'COLLECT'

/** Rules (Incoterms 2020) under which the buyer makes the contract of the main carriage. */
const BUYER_SHIPS: readonly Incoterm[] = ['EXW', 'FCA', 'FAS', 'FOB']

/** Whoever contracts for the main carriage owes its freight: the buyer at the other end, or the seller before it sails. */
export const freightOf = (rule: Incoterm): FreightTerms => (BUYER_SHIPS.includes(rule) ? 'COLLECT' : 'PREPAID')
