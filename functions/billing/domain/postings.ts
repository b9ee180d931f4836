/** From what is billable to invoices, accruals and balanced journal entries. Pure. */
import type { Account, Invoice, Journal, Posting } from '../../../schemas/billing'
import { CHARGES } from '../../../schemas/codes'
import type { ChargeTax } from '../../../schemas/shipment'
import type { Fact, TimelineEntryOf } from '../../../schemas/timeline'
import { entriesOf } from '../../platform/timeline'
import { occurrencesOf } from '../../tracking/domain'
import { type Billable, type Due, dueOf, type Pair, pairKey } from './charges'

/** Last numbers given: of journal entries, and of invoices by series. Read before, and compared when it is written. */
export interface Counters {
  journal: number
  series: Record<string, number>
}

type Accrual = TimelineEntryOf<'cost.accrued'>['data']
type Task =
  | { kind: 'INVOICE' | 'ACCRUAL'; party: string; currency: string; due: Due[] }
  | { kind: 'REVERSAL'; accrual: Accrual; lines: Accrual['lines'] }

export interface Plan {
  tasks: Task[]
  credits: Extract<Fact, { type: 'credit.proposed' }>[]
  /** More is due than one transaction holds. */
  more: boolean
}

/** What a commit changes beside the shipment. */
export interface Posted {
  invoices: Invoice[]
  journals: Journal[]
  counters: Counters
}

/** 100 actions fit a transaction; an invoice takes three, a credit proposal one. */
const TASKS_A_COMMIT = 20
const CREDITS_A_COMMIT = 20

/** What must be invoiced, accrued, reversed or proposed for credit, so that the money agrees with the milestones. */
export function planOf(state: Billable): Plan {
  const tasks = [...groupsOf(dueOf(state)), ...reversalsOf(state)]
  const credits = creditsOf(state)
  return {
    tasks: tasks.slice(0, TASKS_A_COMMIT),
    credits: credits.slice(0, CREDITS_A_COMMIT),
    more: tasks.length > TASKS_A_COMMIT || credits.length > CREDITS_A_COMMIT,
  }
}

/** One invoice for each payer and currency, one accrual for each supplier and currency. */
function groupsOf(due: readonly Due[]): Task[] {
  const groups = new Map<string, { kind: 'INVOICE' | 'ACCRUAL'; party: string; currency: string; due: Due[] }>()
  for (const item of due) {
    const kind = item.line.type === 'COST' ? 'ACCRUAL' : 'INVOICE'
    const { counterparty: party, amount } = item.line
    const key = `${kind} ${party} ${amount.currency}`
    const group = groups.get(key) ?? { kind, party, currency: amount.currency, due: [] }
    group.due.push(item)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const standing = (state: Billable) => new Set(occurrencesOf(state.timeline).map((it) => it.occurrenceId))

/** Accruals are our own estimate: those whose occurrence was retracted are reversed, each line once. */
function reversalsOf(state: Billable): Task[] {
  const current = standing(state)
  const reversed = new Set(
    entriesOf(state.timeline, 'accrual.reversed').flatMap((entry) => entry.data.lines.map((it) => pairKey(it))),
  )
  return entriesOf(state.timeline, 'cost.accrued').flatMap(({ data }) => {
    const lines = data.lines.filter((it) => !current.has(it.occurrenceId) && !reversed.has(pairKey(it)))
    return lines.length === 0 ? [] : [{ kind: 'REVERSAL' as const, accrual: data, lines }]
  })
}

/** An issued invoice is never touched: a person decides on the credit note that is proposed here, once. */
function creditsOf(state: Billable): Plan['credits'] {
  const current = standing(state)
  const proposed = new Set(
    entriesOf(state.timeline, 'credit.proposed').map(({ data }) => `${data.invoiceId} ${data.occurrenceId}`),
  )
  return entriesOf(state.timeline, 'invoice.issued').flatMap(({ data: { invoiceId, lines } }) =>
    [...new Set(lines.map((it) => it.occurrenceId))]
      .filter((occurrenceId) => !current.has(occurrenceId) && !proposed.has(`${invoiceId} ${occurrenceId}`))
      .map((occurrenceId) => ({
        type: 'credit.proposed' as const,
        data: {
          invoiceId,
          occurrenceId,
          chargeIds: lines.filter((it) => it.occurrenceId === occurrenceId).map((it) => it.chargeId),
        },
      })),
  )
}

export interface Issuing {
  counters: Counters
  now: string
  newInvoiceId: () => string
}

/** Carries a plan out: the facts for the timeline, and what stands beside it. Numbers follow on those read. */
export function issue(state: Billable, plan: Plan, { counters, now, newInvoiceId }: Issuing) {
  const facts: Fact[] = []
  const posted: Posted = { invoices: [], journals: [], counters: { ...counters, series: { ...counters.series } } }
  const journal = (entry: Omit<Journal, 'journalId' | 'sequence' | 'postedAt' | 'shipmentId'>): string => {
    posted.counters.journal += 1
    const sequence = posted.counters.journal
    const journalId = `jrn_${String(sequence).padStart(12, '0')}`
    posted.journals.push(
      balanced({ journalId, sequence, postedAt: now, shipmentId: state.header.shipmentId, ...entry }),
    )
    return journalId
  }
  for (const task of plan.tasks) {
    if (task.kind === 'INVOICE') {
      const series = `INV-${now.slice(0, 4)}`
      const number = (posted.counters.series[series] ?? 0) + 1
      posted.counters.series[series] = number
      const invoice = invoiceOf(state, task, { invoiceId: newInvoiceId(), series, number, now })
      posted.invoices.push(invoice)
      journal({
        kind: 'INVOICE',
        invoiceId: invoice.invoiceId,
        party: task.party,
        currency: task.currency,
        postings: invoicePostings(invoice),
      })
      facts.push(invoiceIssued(invoice))
    } else facts.push(costFact(task, journal))
  }
  return { facts: [...facts, ...plan.credits], posted }
}

function invoiceOf(
  { header }: Billable,
  { party, currency, due }: { party: string; currency: string; due: readonly Due[] },
  { invoiceId, series, number, now }: { invoiceId: string; series: string; number: number; now: string },
): Invoice {
  const lines = due.map(({ line, occurrenceId }) => ({
    chargeId: line.chargeId,
    occurrenceId,
    type: line.type === 'DISBURSEMENT' ? ('DISBURSEMENT' as const) : ('REVENUE' as const),
    code: line.code,
    description: line.description ?? CHARGES[line.code].name,
    amount: line.amount.amount,
    ...(line.tax ? { tax: line.tax } : {}),
  }))
  const taxes = taxesOf(lines)
  const net = sum(lines.map((line) => line.amount))
  const tax = sum(taxes.map((it) => it.tax))
  return {
    invoiceId,
    number: `${series}-${String(number).padStart(6, '0')}`,
    series,
    status: 'ISSUED',
    issuedAt: now,
    shipmentId: header.shipmentId,
    ...(header.clientReference ? { clientReference: header.clientReference } : {}),
    billTo: party,
    currency,
    lines,
    taxes,
    net,
    tax,
    total: net + tax,
  }
}

/** Tax is computed on the sum of each category and rate, as EN 16931 has it, so that it is rounded once. */
export function taxesOf(lines: readonly { amount: number; tax?: ChargeTax }[]): Invoice['taxes'] {
  const groups = new Map<string, { category: ChargeTax['category']; rate: number; taxable: number }>()
  for (const { amount, tax } of lines) {
    if (!tax) continue
    const group = groups.get(`${tax.category} ${tax.rate}`) ?? { ...tax, taxable: 0 }
    group.taxable += amount
    groups.set(`${tax.category} ${tax.rate}`, group)
  }
  return [...groups.values()].map((group) => ({ ...group, tax: taxOn(group.taxable, group.rate) }))
}

/** Half away from zero; amounts are positive. The product may pass 2^53, so it is not a Number. */
export const taxOn = (taxable: number, rate: number) => Number((BigInt(taxable) * BigInt(rate) + 5_000n) / 10_000n)

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

function invoicePostings(invoice: Invoice): Posting[] {
  return [
    { account: 'RECEIVABLE', amount: invoice.total },
    ...invoice.lines.map(({ chargeId, occurrenceId, type, amount }) => ({
      account: type === 'REVENUE' ? ('REVENUE' as const) : ('DISBURSEMENT_CLEARING' as const),
      amount: -amount,
      chargeId,
      occurrenceId,
    })),
    ...(invoice.tax === 0 ? [] : [{ account: 'TAX_PAYABLE' as const, amount: -invoice.tax }]),
  ]
}

const invoiceIssued = (invoice: Invoice): Fact => ({
  type: 'invoice.issued',
  data: {
    invoiceId: invoice.invoiceId,
    number: invoice.number,
    billTo: invoice.billTo,
    total: { amount: invoice.total, currency: invoice.currency },
    lines: invoice.lines.map(({ chargeId, occurrenceId, amount }) => ({
      chargeId,
      occurrenceId,
      amount: { amount, currency: invoice.currency },
    })),
  },
})

function costFact(
  task: Extract<Task, { kind: 'ACCRUAL' | 'REVERSAL' } | { due: Due[] }>,
  journal: (entry: Omit<Journal, 'journalId' | 'sequence' | 'postedAt' | 'shipmentId'>) => string,
): Fact {
  const reversal = task.kind === 'REVERSAL'
  const supplier = reversal ? task.accrual.supplier : task.party
  const currency = reversal ? task.accrual.total.currency : task.currency
  const lines = reversal
    ? task.lines
    : task.due.map(({ line, occurrenceId }) => ({ chargeId: line.chargeId, occurrenceId, amount: line.amount }))
  const total = { amount: sum(lines.map((line) => line.amount.amount)), currency }
  const kind = reversal ? 'REVERSAL' : 'ACCRUAL'
  const journalId = journal({ kind, party: supplier, currency, postings: costPostings(lines, total.amount, reversal) })
  return reversal
    ? { type: 'accrual.reversed', data: { journalId, reverses: task.accrual.journalId, supplier, total, lines } }
    : { type: 'cost.accrued', data: { journalId, supplier, total, lines } }
}

function costPostings(lines: readonly (Pair & { amount: { amount: number } })[], total: number, reversal: boolean) {
  const sign = reversal ? -1 : 1
  const post = (account: Account, amount: number, pair?: Pair): Posting => ({ account, amount, ...pair })
  return [
    ...lines.map(({ chargeId, occurrenceId, amount }) =>
      post('COST_OF_SALES', sign * amount.amount, { chargeId, occurrenceId }),
    ),
    post('ACCRUED_PAYABLES', -sign * total),
  ]
}

/** An entry that does not balance is a defect of ours, and is stopped before it is written. */
export function balanced(journal: Journal): Journal {
  const amounts = journal.postings.map((posting) => posting.amount)
  if (!amounts.every(Number.isSafeInteger) || sum(amounts) !== 0)
    throw new Error(`Journal entry ${journal.journalId} does not balance`)
  return journal
}
