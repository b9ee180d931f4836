/** Invoices, the journal, its counters and the checkpoint of its balances in the table. */
import { Invoice, Journal } from '../../schemas/billing'
import { type Context, newId } from '../platform/context'
import { notFound } from '../platform/errors'
import {
  ConditionFailed,
  Contended,
  get,
  type Item,
  list,
  type PageRequest,
  partition,
  type Tenant,
  transact,
  type Write,
} from '../platform/table'
import { onShipment } from '../shipments/store'
import { type Balances, fold, NO_BALANCES } from './domain/ledger'
import { type Counters, issue, type Plan, type Posted, planOf } from './domain/postings'

const COUNTERS = { pk: 'LEDGER', sk: 'COUNTERS' }
const CHECKPOINT = { pk: 'LEDGER', sk: 'BALANCES' }
const JOURNAL = 'JOURNAL'
const INVOICES = 'INVOICES'

const invoicesPk = (billTo: string) => `${INVOICES}#${billTo}`
const journalPk = (shipmentId: string) => `${JOURNAL}#${shipmentId}`
const ordinal = (sequence: number) => String(sequence).padStart(12, '0')
const bodyOf = (item: Item): unknown => JSON.parse(String(item.body))

async function loadCounters(tenant: Tenant): Promise<Counters> {
  const { pk, sk, journal, ...series } = (await get(tenant, COUNTERS)) ?? { ...COUNTERS, journal: 0 }
  return {
    journal: Number(journal),
    series: Object.fromEntries(Object.entries(series).map(([name, last]) => [name, Number(last)])),
  }
}

/** Payers are partitions, so a partner's list needs no index; the index lists the tenant's, and finds one by its id. */
const invoiceItem = (invoice: Invoice): Item => ({
  pk: invoicesPk(invoice.billTo),
  sk: invoice.invoiceId,
  gsi1pk: INVOICES,
  gsi1sk: invoice.invoiceId,
  status: invoice.status,
  body: JSON.stringify(invoice),
})

const journalItem = (journal: Journal): Item => ({
  pk: journalPk(journal.shipmentId),
  sk: ordinal(journal.sequence),
  gsi1pk: JOURNAL,
  gsi1sk: ordinal(journal.sequence),
  body: JSON.stringify(journal),
})

/** The counters move only from the value that the numbers were taken from: no number is given twice, or lost. */
function writesOf({ invoices, journals, counters }: Posted): Write[] {
  if (journals.length === 0) return []
  const before = counters.journal - journals.length
  return [
    {
      put: { ...COUNTERS, journal: counters.journal, ...counters.series },
      if: before === 0 ? 'absent' : { attribute: 'journal', equals: before },
    },
    ...invoices.map((invoice) => ({ put: invoiceItem(invoice), if: 'absent' as const })),
    ...journals.map((journal) => ({ put: journalItem(journal), if: 'absent' as const })),
  ]
}

/**
 * Bills what is due of a shipment: invoices, journal entries, counters and the shipment's own timeline in one
 * transaction. Nothing is due afterwards, so it may be called as often as anything happens, by several at once: all
 * invoices of a tenant pass one counter, and whoever comes second starts again from its new value.
 */
export async function billShipment(context: Context, shipmentId: string): Promise<void> {
  for (let more = true; more; ) more = await billOnce(context, shipmentId)
}

async function billOnce(context: Context, shipmentId: string): Promise<boolean> {
  const { answer } = await onShipment(
    context,
    shipmentId,
    async (state) => {
      const plan = planOf(state)
      const counters = plan.tasks.length === 0 ? { journal: 0, series: {} } : await loadCounters(context)
      const { facts, posted } = issue(state, plan, {
        counters,
        now: context.now,
        newInvoiceId: () => newId('inv', context.now),
      })
      return {
        decision: { facts },
        answer: { posted, more: plan.more } satisfies { posted: Posted } & Pick<Plan, 'more'>,
      }
    },
    { writes: ({ posted }) => writesOf(posted) },
  )
  return answer.more
}

/** Newest first; of one payer, or of the whole tenant. */
export async function listInvoices(
  tenant: Tenant,
  billTo: string | undefined,
  page: PageRequest,
): Promise<{ items: Invoice[]; next?: string }> {
  const found =
    billTo === undefined
      ? await list(tenant, INVOICES, page, { newestFirst: true })
      : await list(tenant, invoicesPk(billTo), page, { index: 'table', newestFirst: true })
  return { ...found, items: found.items.map((item) => Invoice.parse(bodyOf(item))) }
}

/** With `billTo`, another payer's invoice looks like none. */
export async function loadInvoice(tenant: Tenant, invoiceId: string, billTo: string | undefined): Promise<Invoice> {
  const item =
    billTo === undefined
      ? (await list(tenant, INVOICES, { limit: 1 }, { between: [invoiceId, invoiceId] })).items[0]
      : await get(tenant, { pk: invoicesPk(billTo), sk: invoiceId })
  if (!item) throw notFound('invoice')
  return Invoice.parse(bodyOf(item))
}

/** In the order of their numbers. */
export const journalsOf = async (tenant: Tenant, shipmentId: string): Promise<Journal[]> =>
  (await partition(tenant, journalPk(shipmentId))).map((item) => Journal.parse(bodyOf(item)))

/** Entries beyond this many are folded into the checkpoint, so a read never folds much more. */
const CHECKPOINT_EVERY = 200
const ENTRIES_A_PAGE = 1000

/** The fold of the whole journal: from the checkpoint, which moves along, or with `recompute` from its first entry. */
export async function loadBalances(
  tenant: Tenant,
  { recompute }: { recompute: boolean },
): Promise<{ balances: Balances; posted: number }> {
  const { journal: posted } = await loadCounters(tenant)
  let checkpoint = recompute ? NO_BALANCES : await loadCheckpoint(tenant)
  let balances = checkpoint
  for (let more = true; more; ) {
    const entries = await entriesAfter(tenant, balances.journals)
    const folded = fold(balances, entries)
    // A page that brings nothing on, or is the last: what is missing has not reached the index yet.
    more = entries.length === ENTRIES_A_PAGE && folded.journals > balances.journals
    balances = folded
    if (!recompute && balances.journals - checkpoint.journals >= CHECKPOINT_EVERY) {
      await saveCheckpoint(tenant, checkpoint, balances)
      checkpoint = balances
    }
  }
  return { balances, posted }
}

async function entriesAfter(tenant: Tenant, journals: number): Promise<Journal[]> {
  const range: [string, string] = [ordinal(journals + 1), ordinal(journals + ENTRIES_A_PAGE)]
  const entries: Journal[] = []
  let cursor: string | undefined
  do {
    const found = await list(tenant, JOURNAL, { limit: ENTRIES_A_PAGE, cursor }, { between: range })
    entries.push(...found.items.map((item) => Journal.parse(bodyOf(item))))
    cursor = found.next
  } while (cursor !== undefined)
  return entries
}

async function loadCheckpoint(tenant: Tenant): Promise<Balances> {
  const item = await get(tenant, CHECKPOINT)
  // Written below, from values of this very type.
  return item ? { journals: Number(item.journals), sums: bodyOf(item) as Balances['sums'] } : NO_BALANCES
}

/** Somebody else may have moved it further meanwhile: theirs is as true as ours. */
async function saveCheckpoint(tenant: Tenant, before: Balances, after: Balances): Promise<void> {
  const item = { ...CHECKPOINT, journals: after.journals, body: JSON.stringify(after.sums) }
  const condition = before.journals === 0 ? 'absent' : { attribute: 'journals', equals: before.journals }
  try {
    await transact(tenant, [{ put: item, if: condition }])
  } catch (error) {
    if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error
  }
}
