/** An invoice that was issued, with all that the law of most countries asks of one. Pure. */

import { CHARGES } from '../../../schemas/codes'
import type { ChargeTax } from '../../../schemas/shipment'
import { taxesOf } from '../../billing/domain/postings'
import { entriesOf } from '../../platform/timeline'
import { chargesOf } from '../../shipments/perspective'
import { minorDigits } from '../extraction/normalise/money'
import { box, day, type Facts, number, partyBox, referencesOf, routing } from './blocks'
import { type Payment, paymentOf } from './letterhead'
import type { Block } from './paper'

type Issued = NonNullable<Facts['invoice']>

/** UNCL 5305, as a reader of the invoice needs it said. */
const CATEGORY: Record<ChargeTax['category'], { name: string; note?: string }> = {
  S: { name: 'Standard rate' },
  Z: { name: 'Zero rate' },
  E: { name: 'Exempt', note: 'Exempt from tax.' },
  AE: { name: 'Reverse charge', note: 'Reverse charge: the recipient accounts for the tax.' },
  G: { name: 'Export', note: 'Export: free of tax.' },
  O: { name: 'Outside the scope', note: 'Outside the scope of tax.' },
}

/** A date: as it was asked for, else so many days after the issue. */
const dueDateOf = ({ terms }: Facts, { recordedAt }: Issued, { days }: Payment): string =>
  terms?.dueDate ?? new Date(Date.parse(recordedAt) + days * 86_400_000).toISOString().slice(0, 10)

export function invoiceBlocks(facts: Facts): Block[] {
  const { invoice, state } = facts
  if (!invoice) return []
  const { currency } = invoice.data.total
  const payment = paymentOf(facts, currency)
  const due = dueDateOf(facts, invoice, payment)
  const charges = new Map(chargesOf(state).map((line) => [line.chargeId, line]))
  const lines = invoice.data.lines.map(({ chargeId, occurrenceId, amount }) => {
    const charge = charges.get(chargeId)
    const name = charge && CHARGES[charge.code].name
    return {
      code: charge?.code ?? chargeId,
      description: charge?.description ?? name ?? '',
      supplied: suppliedOn(facts, occurrenceId),
      amount: amount.amount,
      ...(charge?.tax ? { tax: charge.tax } : {}),
    }
  })
  const taxes = taxesOf(lines)
  const notes = taxes.flatMap(({ category }) => CATEGORY[category].note ?? [])
  return [
    { kind: 'boxes', boxes: [billTo(facts, invoice), aboutShipment(facts), dates(invoice, due)] },
    routing(facts),
    {
      kind: 'table',
      columns: [
        { header: 'Code', width: 0.12 },
        { header: 'Description', width: 0.34 },
        { header: 'Supplied', width: 0.13 },
        { header: 'Tax', width: 0.17 },
        { header: `Amount ${currency}`, width: 0.24, align: 'right' },
      ],
      rows: lines.map(({ code, description, supplied, tax, amount }) => [
        code,
        description,
        supplied,
        tax ? rateOf(tax) : '',
        money(amount, currency),
      ]),
      total: ['Net', '', '', '', money(sum(lines.map(({ amount }) => amount)), currency)],
    },
    ...taxTable(taxes, currency),
    {
      kind: 'boxes',
      boxes: [
        box('Due Date', due),
        box('Total Tax', `${currency} ${money(sum(taxes.map(({ tax }) => tax)), currency)}`),
        box('Total', `${currency} ${money(invoice.data.total.amount, currency)}`),
      ],
      strong: true,
    },
    { kind: 'text', lines: [...notes, `Please pay by ${due}, naming ${invoice.data.number}.`] },
    ...(payment.remittance.length > 0
      ? [{ kind: 'boxes' as const, boxes: [box('Pay to', ...payment.remittance)] }]
      : []),
    ...(payment.text ? [{ kind: 'text' as const, lines: payment.text.split('\n') }] : []),
  ]
}

/** Date of the milestone that made a line billable: the date of supply (directive 2006/112/EC, article 226). */
function suppliedOn({ state: { timeline } }: Facts, occurrenceId: string): string {
  const occurrences = [...entriesOf(timeline, 'milestone.recorded'), ...entriesOf(timeline, 'milestone.corrected')]
  return day(occurrences.findLast(({ data }) => data.occurrenceId === occurrenceId)?.occurredAt)
}

function billTo({ state, terms }: Facts, { data }: Issued) {
  const payer = terms?.billTo ?? state.detail.parties.find(({ organizationId }) => organizationId === data.billTo)
  return payer ? partyBox('Bill to', payer) : box('Bill to', data.billTo)
}

const aboutShipment = (facts: Facts) =>
  box(
    'Shipment',
    facts.state.header.shipmentId,
    facts.state.header.clientReference && `Your reference ${facts.state.header.clientReference}`,
    ...referencesOf(facts, 'BL').map((number) => `Bill of lading ${number}`),
  )

const dates = (invoice: Issued, due: string) =>
  box('Terms', `Issued ${day(invoice.recordedAt)}`, `Due ${due}`, `Currency ${invoice.data.total.currency}`)

const taxTable = (taxes: ReturnType<typeof taxesOf>, currency: string): Block[] =>
  taxes.length === 0
    ? []
    : [
        {
          kind: 'table',
          columns: [
            { header: 'Tax Category', width: 0.4 },
            { header: 'Rate', width: 0.12, align: 'right' },
            { header: `Taxable ${currency}`, width: 0.24, align: 'right' },
            { header: `Tax ${currency}`, width: 0.24, align: 'right' },
          ],
          rows: taxes.map((it) => [
            `${it.category} - ${CATEGORY[it.category].name}`,
            percent(it.rate),
            money(it.taxable, currency),
            money(it.tax, currency),
          ]),
        },
      ]

const percent = (rate: number) => `${rate / 100} %`
const rateOf = ({ category, rate }: ChargeTax) => (category === 'S' ? percent(rate) : CATEGORY[category].name)
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

const money = (amount: number, currency: string) => {
  const digits = minorDigits(currency)
  return number(amount / 10 ** digits, digits)
}
