/** In whose name a paper goes out, and what follows from that: where to pay, when, in which words. Pure. */
import type { BankAccount, LegalEntity } from '../../../schemas/legal-entity'
import type { GeneratedType } from '../../../schemas/printed-paper'
import { addressOf, box, countryName, type Facts, type PrintedParty, partyOf } from './blocks'
import type { Box, Paper } from './paper'

type Named = Pick<Facts, 'state' | 'terms' | 'legalEntity'>

/** The tenant, unless the paper was asked for in another's name, or is its customer's own. */
const ownOf = (documentType: GeneratedType, facts: Named): LegalEntity | undefined =>
  facts.terms?.issuer || (documentType === '271' && packerOf(facts)) ? undefined : facts.legalEntity

/** Who packed the goods: a packing list is theirs, whoever prints it. */
const packerOf = (facts: Named) => partyOf(facts, 'CZ', 'OS', 'EX')

function otherOf(documentType: GeneratedType, facts: Named): PrintedParty | undefined {
  if (facts.terms?.issuer) return facts.terms.issuer
  if (documentType === '271') return packerOf(facts)
  if (documentType === '380') return partyOf(facts, 'FW')
  return partyOf(facts, 'FW') ?? (documentType === '340' ? packerOf(facts) : partyOf(facts, 'CA'))
}

/** Issuer of the request, else the tenant's legal entity, else the forwarder or carrier of the shipment. */
export function letterheadOf(
  documentType: GeneratedType,
  facts: Named,
): Pick<Paper, 'issuer' | 'logo' | 'place'> | undefined {
  const own = ownOf(documentType, facts)
  if (own)
    return {
      issuer: ownLetterhead(own),
      ...(own.logo ? { logo: own.logo } : {}),
      ...(own.placeOfIssue ? { place: own.placeOfIssue } : {}),
    }
  const other = otherOf(documentType, facts)
  return other && { issuer: box(other.name, ...addressOf(other)) }
}

const joined = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' · ') || undefined

const ownLetterhead = (own: LegalEntity): Box =>
  box(
    own.tradingName ?? own.name,
    own.tradingName && own.name,
    ...own.address.split('\n'),
    countryName(own.country),
    joined(own.phone && `Tel. ${own.phone}`, own.website),
    own.email,
    joined(own.vatNumber && `VAT ID ${own.vatNumber}`, own.eoriNumber && `EORI ${own.eoriNumber}`),
    own.registrationNumber && `Registered ${own.registrationNumber}`,
  )

/** Where nothing else was agreed: the term of directive 2011/7/EU. */
const TERM_DAYS = 30

/** What an invoice says of its payment. */
export interface Payment {
  /** Days from the issue until it is due. */
  days: number
  /** Where to pay, line by line; empty where nobody said it. */
  remittance: string[]
  text?: string
}

/** Another's invoice never names the tenant's account. */
export function paymentOf(facts: Named, currency: string): Payment {
  const own = ownOf('380', facts)
  const account = own?.bankAccounts.find((it) => it.currency === currency)
  const asked = facts.terms?.remittance?.split('\n')
  return {
    days: own?.paymentDays ?? TERM_DAYS,
    remittance: asked ?? (own && account ? accountLines(own, account) : []),
    ...(own?.invoiceText ? { text: own.invoiceText } : {}),
  }
}

const accountLines = ({ name }: LegalEntity, { bank, holder, iban, bic, accountNumber, routingNumber }: BankAccount) =>
  [
    holder ?? name,
    bank,
    // As ISO 13616 has it printed: in fours.
    iban && `IBAN ${iban.replaceAll(/(.{4})(?=.)/g, '$1 ')}`,
    accountNumber && `Account ${accountNumber}`,
    routingNumber && `Bank code ${routingNumber}`,
    bic && `BIC ${bic}`,
  ].filter((line) => line !== undefined)
