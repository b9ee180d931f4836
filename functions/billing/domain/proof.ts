/** Shows for one shipment that charge lines × occurrences and postings are the same set, seen from both sides. Pure. */
import type { BillingProof, Journal } from '../../../schemas/billing'
import type { ChargeLine } from '../../../schemas/shipment'
import { entriesOf } from '../../platform/timeline'
import { chargesOf } from '../../shipments/perspective'
import { occurrencesOf } from '../../tracking/domain'
import { type Billable, type Pair, pairKey } from './charges'

type Orphan = BillingProof['orphans'][number]
interface Posting extends Pair {
  journalId: string
  invoiceId?: string | undefined
  amount: { amount: number; currency: string }
}

export function proofOf(state: Billable, journals: readonly Journal[]): BillingProof {
  const lines = new Map(chargesOf(state).map((line) => [line.chargeId, line]))
  const postings = journals.filter((it) => it.kind !== 'REVERSAL').flatMap(postingsOf)
  const orphans = orphansOf(state, lines, postings)
  const unexplained = new Set(orphans.flatMap((it) => (it.journalId ? [`${it.journalId} ${pairKey(it)}`] : [])))
  const sound = postings.filter((it) => !unexplained.has(`${it.journalId} ${pairKey(it)}`))
  return {
    shipmentId: state.header.shipmentId,
    billed: billedOf(state, lines, sound),
    notBilled: notBilledOf(state, lines, new Set(sound.map(pairKey))),
    orphans,
  }
}

/** The postings of an entry that stand for a charge line; a line's amount is the posting's, whatever its side. */
const postingsOf = ({ journalId, invoiceId, currency, postings }: Journal): Posting[] =>
  postings.flatMap(({ chargeId, occurrenceId, amount }) =>
    chargeId === undefined || occurrenceId === undefined
      ? []
      : [{ chargeId, occurrenceId, journalId, invoiceId, amount: { amount: Math.abs(amount), currency } }],
  )

function billedOf(state: Billable, lines: ReadonlyMap<string, ChargeLine>, postings: readonly Posting[]) {
  const reversed = new Set(entriesOf(state.timeline, 'accrual.reversed').flatMap(({ data }) => data.lines.map(pairKey)))
  const credited = new Set(
    entriesOf(state.timeline, 'credit.proposed').flatMap(({ data: { chargeIds, occurrenceId } }) =>
      chargeIds.map((chargeId) => pairKey({ chargeId, occurrenceId })),
    ),
  )
  return postings.flatMap((posting) => {
    const { chargeId, occurrenceId, journalId, invoiceId, amount } = posting
    const type = lines.get(chargeId)?.type
    if (type === undefined) return []
    const undone = reversed.has(pairKey(posting))
      ? { undone: 'REVERSED' as const }
      : credited.has(pairKey(posting))
        ? { undone: 'CREDIT_PROPOSED' as const }
        : {}
    return [{ chargeId, occurrenceId, type, amount, journalId, ...(invoiceId ? { invoiceId } : {}), ...undone }]
  })
}

function notBilledOf(
  state: Billable,
  lines: ReadonlyMap<string, ChargeLine>,
  billed: ReadonlySet<string>,
): BillingProof['notBilled'] {
  const recorded = entriesOf(state.timeline, 'milestone.recorded')
  const current = new Set(occurrencesOf(state.timeline).map((it) => it.occurrenceId))
  return [...lines.values()].flatMap(({ chargeId, billableOn }): BillingProof['notBilled'] => {
    const occurrences = recorded.filter((it) => it.data.milestone === billableOn)
    if (occurrences.length === 0) return [{ chargeId, reason: 'NOT_REACHED' }]
    return occurrences
      .filter((it) => !billed.has(pairKey({ chargeId, occurrenceId: it.data.occurrenceId })))
      .map(({ data: { occurrenceId }, recordedAt }) =>
        current.has(occurrenceId)
          ? { chargeId, occurrenceId, reason: 'DUE', since: recordedAt }
          : { chargeId, occurrenceId, reason: 'RETRACTED' },
      )
  })
}

/** Postings without a reason in the world, and timeline facts without their posting. */
function orphansOf(state: Billable, lines: ReadonlyMap<string, ChargeLine>, postings: readonly Posting[]): Orphan[] {
  const occurrences = new Map(
    entriesOf(state.timeline, 'milestone.recorded').map(({ data }) => [data.occurrenceId, data.milestone]),
  )
  const facts = new Set(
    entriesOf(state.timeline, 'invoice.issued', 'cost.accrued').flatMap((entry) => entry.data.lines.map(pairKey)),
  )
  const seen = new Set<string>()
  const unexplained = postings.flatMap((posting): Orphan[] => {
    const { chargeId, occurrenceId, journalId, amount } = posting
    const twice = seen.has(pairKey(posting))
    seen.add(pairKey(posting))
    const line = lines.get(chargeId)
    const orphan = (reason: Orphan['reason']) => [{ chargeId, occurrenceId, journalId, reason }]
    if (!line) return orphan('NO_CHARGE')
    if (occurrences.get(occurrenceId) !== line.billableOn) return orphan('NO_OCCURRENCE')
    if (line.amount.amount !== amount.amount || line.amount.currency !== amount.currency) return orphan('OTHER_AMOUNT')
    if (twice) return orphan('TWICE')
    return facts.has(pairKey(posting)) ? [] : orphan('NO_FACT')
  })
  const unposted = [...facts]
    .filter((key) => !seen.has(key))
    .map((key): Orphan => {
      const [chargeId = '', occurrenceId = ''] = key.split(' ')
      return { chargeId, occurrenceId, reason: 'NO_POSTING' }
    })
  return [...unexplained, ...unposted]
}
