import { decideAddCharge, dueOf, pairKey } from '../../../functions/billing/domain/charges'
import { balancesView, fold, NO_BALANCES } from '../../../functions/billing/domain/ledger'
import { balanced, issue, planOf, taxOn } from '../../../functions/billing/domain/postings'
import { proofOf } from '../../../functions/billing/domain/proof'
import type { Journal } from '../../../schemas/billing'
import { aCharge, anEvent, aRetraction, aShipment, recorded, withFacts } from '../../support/shipments'

const NOW = '2026-03-10T12:00:00.000Z'
const FIRST = { counters: { journal: 0, series: {} }, now: NOW, newInvoiceId: () => 'inv_01KJ0000000000000000000000' }
const departed = (state: ReturnType<typeof aShipment>) =>
  recorded(state, anEvent('DEPARTED_ORIGIN', '2026-03-10T10:00:00Z', { eventId: 'departed' }), NOW)

describe('what is due', () => {
  test('nothing, before the milestone is reached', () => {
    expect(dueOf(aShipment({ chargeLines: [aCharge()] }))).toEqual([])
  })

  test('each line of the milestone, and one that is added afterwards', () => {
    const state = departed(aShipment({ chargeLines: [aCharge(), aCharge({ billableOn: 'DELIVERED' })] }))
    const { decision } = decideAddCharge(state, aCharge({ code: '103008' }))
    expect(dueOf(withFacts(state, decision.facts, NOW)).map((it) => `${it.line.chargeId} ${it.occurrenceId}`)).toEqual([
      'c1 DEPARTED_ORIGIN:1',
      'c3 DEPARTED_ORIGIN:1',
    ])
  })

  test('nothing of an occurrence that was retracted before it was billed', () => {
    const state = departed(aShipment({ chargeLines: [aCharge()] }))
    expect(dueOf(recorded(state, aRetraction('departed', NOW), NOW))).toEqual([])
  })
})

describe('adding a charge', () => {
  test('gives the next free id and the name of the code', () => {
    const state = aShipment({ chargeLines: [aCharge(), aCharge({ chargeId: 'c3' })] })
    expect(decideAddCharge(state, aCharge({ code: '103008' })).answer).toMatchObject({
      chargeId: 'c4',
      description: 'Bunker or fuel surcharge',
    })
  })

  test('refuses an id that the shipment has', () => {
    const state = aShipment({ chargeLines: [aCharge({ chargeId: 'freight' })] })
    expect(() => decideAddCharge(state, aCharge({ chargeId: 'freight' }))).toThrow(
      expect.objectContaining({ code: 'charge.exists', kind: 'conflict' }),
    )
  })

  test('refuses a cancelled shipment', () => {
    const state = aShipment()
    const cancelled = { ...state, header: { ...state.header, status: 'CANCELLED' as const } }
    expect(() => decideAddCharge(cancelled, aCharge())).toThrow(expect.objectContaining({ code: 'shipment.ended' }))
  })

  test('answers the same line when a step of an SOP comes again', () => {
    const state = aShipment()
    const first = decideAddCharge(state, aCharge(), 'demurrage')
    const again = decideAddCharge(withFacts(state, first.decision.facts, NOW), aCharge(), 'demurrage')
    expect(again).toEqual({ decision: { facts: [] }, answer: first.answer })
  })
})

describe('issuing', () => {
  const state = departed(
    aShipment({
      clientReference: 'PO-77',
      chargeLines: [
        aCharge({ amount: { amount: 100_05, currency: 'EUR' }, tax: { category: 'S', rate: 2100 } }),
        aCharge({ code: '300000', amount: { amount: 50_00, currency: 'EUR' }, tax: { category: 'S', rate: 2100 } }),
        aCharge({ code: '501000', type: 'DISBURSEMENT', amount: { amount: 7_00, currency: 'EUR' } }),
        aCharge({ code: '103008', amount: { amount: 30_00, currency: 'USD' } }),
        aCharge({ counterparty: 'LINER', type: 'COST', amount: { amount: 80_00, currency: 'EUR' } }),
        aCharge({ counterparty: 'OTHER', amount: { amount: 1, currency: 'EUR' } }),
      ],
    }),
  )
  const counters = { journal: 41, series: { 'INV-2026': 8, 'INV-2025': 99 } }
  const ids = ['1', '2', '3'].map((last) => `inv_01KJ000000000000000000000${last}`)
  const newInvoiceId = () => ids.shift() ?? 'none left'
  const { facts, posted } = issue(state, planOf(state), { counters, now: NOW, newInvoiceId })

  test('makes one invoice for each payer and currency, and one accrual for the supplier', () => {
    expect(facts.map((fact) => fact.type)).toEqual([
      'invoice.issued',
      'invoice.issued',
      'cost.accrued',
      'invoice.issued',
    ])
    expect(posted.invoices.map((it) => [it.number, it.billTo, it.currency, it.net, it.tax, it.total])).toEqual([
      ['INV-2026-000009', 'ACME', 'EUR', 157_05, 31_51, 188_56],
      ['INV-2026-000010', 'ACME', 'USD', 30_00, 0, 30_00],
      ['INV-2026-000011', 'OTHER', 'EUR', 1, 0, 1],
    ])
    expect(posted.invoices[0]?.clientReference).toBe('PO-77')
  })

  test('rounds tax once for each category and rate', () => {
    expect(posted.invoices[0]?.taxes).toEqual([{ category: 'S', rate: 2100, taxable: 150_05, tax: 31_51 }])
    expect(taxOn(50, 100)).toBe(1)
    expect(taxOn(49, 100)).toBe(0)
    expect(taxOn(Number.MAX_SAFE_INTEGER, 10_000)).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('numbers entries and invoices on from the counters', () => {
    expect(posted.journals.map((it) => it.sequence)).toEqual([42, 43, 44, 45])
    expect(posted.counters).toEqual({ journal: 45, series: { 'INV-2026': 11, 'INV-2025': 99 } })
  })

  test('posts receivable against revenue, disbursements and tax; cost against accrued payables', () => {
    const byAccount = (journal: Journal | undefined) => journal?.postings.map((it) => [it.account, it.amount])
    expect(byAccount(posted.journals[0])).toEqual([
      ['RECEIVABLE', 188_56],
      ['REVENUE', -100_05],
      ['REVENUE', -50_00],
      ['DISBURSEMENT_CLEARING', -7_00],
      ['TAX_PAYABLE', -31_51],
    ])
    expect(byAccount(posted.journals[2])).toEqual([
      ['COST_OF_SALES', 80_00],
      ['ACCRUED_PAYABLES', -80_00],
    ])
  })

  test('leaves nothing due, and the proof sees both sides agree', () => {
    const billed = withFacts(state, facts, NOW)
    expect(planOf(billed)).toEqual({ tasks: [], credits: [], more: false })
    const proof = proofOf(billed, posted.journals)
    expect(proof.billed.map(pairKey)).toEqual(
      ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((chargeId) => `${chargeId} DEPARTED_ORIGIN:1`),
    )
    expect(proof).toMatchObject({ notBilled: [], orphans: [] })
  })

  test('stops an entry that does not balance', () => {
    const journal = posted.journals[0]
    if (!journal) throw new Error('no entry')
    expect(() => balanced({ ...journal, postings: journal.postings.slice(1) })).toThrow('does not balance')
    expect(() => balanced({ ...journal, postings: [{ account: 'REVENUE', amount: 0.5 }] })).toThrow('does not balance')
  })

  test('takes as much as a transaction holds, and says that there is more', () => {
    const many = departed(
      aShipment({
        chargeLines: Array.from({ length: 45 }, (_, index) => aCharge({ counterparty: `PAYER-${index}` })),
      }),
    )
    expect(planOf(many)).toMatchObject({ more: true, tasks: { length: 20 } })
  })
})

describe('a retraction after billing', () => {
  const billed = (() => {
    const state = departed(aShipment({ chargeLines: [aCharge(), aCharge({ type: 'COST', counterparty: 'LINER' })] }))
    const { facts, posted } = issue(state, planOf(state), FIRST)
    return { state: withFacts(state, facts, NOW), posted }
  })()
  const retracted = recorded(billed.state, aRetraction('departed', NOW), NOW)
  const second = issue(retracted, planOf(retracted), { ...FIRST, counters: billed.posted.counters })
  const undone = withFacts(retracted, second.facts, NOW)

  test('proposes a credit and reverses the accrual, once', () => {
    expect(second.facts.map((fact) => fact.type)).toEqual(['accrual.reversed', 'credit.proposed'])
    expect(second.posted.invoices).toEqual([])
    expect(second.posted.journals[0]?.postings.map((it) => it.amount)).toEqual([-125_000, 125_000])
    expect(planOf(undone)).toMatchObject({ tasks: [], credits: [] })
  })

  test('bills the next occurrence anew', () => {
    const again = recorded(undone, anEvent('DEPARTED_ORIGIN', '2026-03-11T10:00:00Z', { eventId: 'again' }), NOW)
    expect(dueOf(again).map((it) => it.occurrenceId)).toEqual(['DEPARTED_ORIGIN:2', 'DEPARTED_ORIGIN:2'])
    expect(proofOf(again, [...billed.posted.journals, ...second.posted.journals])).toMatchObject({
      billed: [{ undone: 'CREDIT_PROPOSED' }, { undone: 'REVERSED' }],
      notBilled: [{ reason: 'DUE' }, { reason: 'DUE' }],
      orphans: [],
    })
  })
})

describe('the proof names what does not fit', () => {
  const state = departed(aShipment({ chargeLines: [aCharge(), aCharge({ billableOn: 'DELIVERED' })] }))
  const { facts, posted } = issue(state, planOf(state), FIRST)
  const billed = withFacts(state, facts, NOW)
  const [entry] = posted.journals
  if (!entry) throw new Error('no entry')
  const altered = (change: Partial<Journal['postings'][number]>): Journal => ({
    ...entry,
    postings: entry.postings.map((posting) => (posting.chargeId ? { ...posting, ...change } : posting)),
  })

  test.each([
    ['a posting twice', [entry, { ...entry, journalId: 'jrn_2' }], 'TWICE'],
    ['another amount', [altered({ amount: -1 })], 'OTHER_AMOUNT'],
    ['an unknown charge', [altered({ chargeId: 'c9' })], 'NO_CHARGE'],
    ['an occurrence that never was', [altered({ occurrenceId: 'DEPARTED_ORIGIN:2' })], 'NO_OCCURRENCE'],
    ['an occurrence of another milestone', [altered({ chargeId: 'c2' })], 'NO_OCCURRENCE'],
    ['a fact without its posting', [], 'NO_POSTING'],
  ])('%s', (_, journals, reason) => {
    expect(proofOf(billed, journals).orphans).toEqual(expect.arrayContaining([expect.objectContaining({ reason })]))
  })

  test('a posting without its fact', () => {
    expect(proofOf(state, posted.journals).orphans).toMatchObject([{ reason: 'NO_FACT' }])
  })

  test('a line whose milestone was not reached, and one whose milestone was taken back', () => {
    const back = recorded(state, aRetraction('departed', NOW), NOW)
    expect(proofOf(back, [])).toEqual({
      shipmentId: state.header.shipmentId,
      billed: [],
      notBilled: [
        { chargeId: 'c1', occurrenceId: 'DEPARTED_ORIGIN:1', reason: 'RETRACTED' },
        { chargeId: 'c2', reason: 'NOT_REACHED' },
      ],
      orphans: [],
    })
  })
})

describe('balances', () => {
  const entry = (sequence: number, amount: number, currency = 'EUR'): Journal => ({
    journalId: `jrn_${sequence}`,
    sequence,
    kind: 'ACCRUAL',
    postedAt: NOW,
    shipmentId: 'shp_01KJ0000000000000000000000',
    party: 'LINER',
    currency,
    postings: [
      { account: 'COST_OF_SALES', amount },
      { account: 'ACCRUED_PAYABLES', amount: -amount },
    ],
  })

  test('fold each entry once and wait for one that is missing', () => {
    const half = fold(NO_BALANCES, [entry(1, 10), entry(2, 5), entry(4, 1)])
    expect(half.journals).toBe(2)
    const whole = fold(half, [entry(1, 10), entry(2, 5)].concat([]))
    expect(whole).toEqual(half)
    expect(balancesView(fold(half, [entry(3, -7), entry(4, 1, 'USD')]), 4)).toEqual({
      items: [
        { account: 'ACCRUED_PAYABLES', currency: 'EUR', debit: 7, credit: 15, balance: -8 },
        { account: 'COST_OF_SALES', currency: 'EUR', debit: 15, credit: 7, balance: 8 },
        { account: 'ACCRUED_PAYABLES', currency: 'USD', debit: 0, credit: 1, balance: -1 },
        { account: 'COST_OF_SALES', currency: 'USD', debit: 1, credit: 0, balance: 1 },
      ],
      balanced: true,
      journals: 4,
      posted: 4,
    })
  })

  test('say so when they do not balance', () => {
    const broken = { ...entry(1, 10), postings: [{ account: 'COST_OF_SALES' as const, amount: 10 }] }
    expect(balancesView(fold(NO_BALANCES, [broken]), 1).balanced).toBe(false)
  })
})
