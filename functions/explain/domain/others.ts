/** Why an exception, a notice, a charge or a milestone. Pure. */
import type { Due } from '../../../schemas/due'
import { Due as DueSchema } from '../../../schemas/due'
import type { Reason } from '../../../schemas/explanation'
import type { TimelineEntry } from '../../../schemas/timeline'
import type { ReportedEvent } from '../../../schemas/tracking'
import type { People } from '../../people/domain/calendars'
import { entriesOf } from '../../platform/timeline'
import type { ShipmentState } from '../../shipments/store'
import { dueAt } from '../../sops/domain/anchors'
import { CATALOGUE, type CatalogueRule } from '../../tracking/codes'
import { occurrencesOf, ruleFor } from '../../tracking/domain'
import type { Subject } from './subject'
import { traceOf } from './task'

type Of<Kind extends Subject['kind']> = Extract<Subject, { kind: Kind }>

export function reasonsForException(
  { raised, entries }: Of<'EXCEPTION'>,
  state: ShipmentState,
  step: Record<string, unknown> | undefined,
  people: People,
): Reason[] {
  const { stepKey, concerns, reason, owner, severity } = raised.data
  const resolved = entriesOf(entries, 'exception.resolved').at(-1)
  const deadline = DueSchema.safeParse(step?.unlessBefore).data
  const rule = stepKey.startsWith('late-')
    ? 'The last rung of the ladder of a task that stayed undone'
    : stepKey.startsWith('rejected-')
      ? 'A task was rejected, and its SOP has no way on'
      : step
        ? 'A step of the SOP, taken when what it concerns was late'
        : 'The system itself'
  return [
    {
      question: 'Why this exception?',
      rule,
      inputs: {
        ...(concerns === undefined ? {} : { concerns }),
        severity,
        owner,
        ...deadlineOf(deadline, state, raised.recordedAt, people),
      },
      outcome: reason,
      otherwise: [
        ...(concerns === undefined ? [] : [`Had ${concerns} been settled by then, nothing would have been raised`]),
        ...(deadline
          ? ['Had the deadline been moved later before it passed, the wait would have gone on without it']
          : []),
      ],
    },
    {
      question: 'Does it stand?',
      rule:
        concerns === undefined
          ? 'It stands until a person deals with it'
          : `It is resolved when ${concerns} is settled`,
      inputs: resolved ? { resolvedAt: resolved.recordedAt, reason: resolved.data.reason } : {},
      outcome: resolved && resolved.sequence > raised.sequence ? 'Resolved' : 'It stands',
      otherwise: [],
    },
  ]
}

function deadlineOf(due: Due | undefined, state: ShipmentState, at: string, people: People) {
  return due ? { deadline: traceOf(dueAt(due, state, at, people)) } : {}
}

export function reasonsForNotice({ sent }: Of<'NOTICE'>, { detail }: ShipmentState): Reason[] {
  const { audience, template, message } = sent.data
  const parties = detail.parties.filter((party) => (audience as string[]).includes(party.function))
  const absent = audience.filter((it) => /^[A-Z]{2,3}$/.test(it) && !parties.some((party) => party.function === it))
  return [
    {
      question: 'Why this notice, and to whom?',
      rule: 'A step of the SOP sends it once, to roles and to parties by their function',
      inputs: { template, audience, parties: parties.map((party) => ({ function: party.function, name: party.name })) },
      outcome: message,
      otherwise: absent.map((it) => `A party that acts as ${it} would have got it, too`),
    },
  ]
}

export function reasonsForCharge(
  { charge, entries }: Of<'CHARGE'>,
  state: ShipmentState,
  viewer: string | undefined,
): Reason[] {
  const added = entriesOf(entries, 'charge.added').at(0)
  const stood = occurrencesOf(state.timeline).filter(({ milestone }) => milestone === charge.billableOn)
  const posted = entriesOf(entries, 'invoice.issued', 'cost.accrued').map(postingOf)
  const by = added?.data.stepKey === undefined ? 'Somebody added it' : 'A step of the SOP added it'
  return [
    {
      question: 'Why this charge?',
      rule: added ? (viewer === undefined ? by : 'It was added to the shipment') : 'The shipment was created with it',
      inputs: { chargeId: charge.chargeId, code: charge.code, type: charge.type, counterparty: charge.counterparty },
      outcome: `${charge.amount.amount} ${charge.amount.currency} in minor units`,
      otherwise: [],
    },
    {
      question: 'When is it billed?',
      rule: `Each occurrence of ${charge.billableOn} makes it billable once`,
      inputs: { occurrences: stood.map(({ occurrenceId, occurredAt }) => ({ occurrenceId, occurredAt })), posted },
      outcome: posted.length > 0 ? 'Posted' : stood.length > 0 ? 'Billable' : `Waits for ${charge.billableOn}`,
      otherwise: stood.length > 0 ? [`Had ${charge.billableOn} not stood, it would not be billed`] : [],
    },
  ]
}

const postingOf = (entry: Extract<TimelineEntry, { type: 'invoice.issued' | 'cost.accrued' }>) =>
  entry.type === 'invoice.issued'
    ? { at: entry.recordedAt, invoiceId: entry.data.invoiceId, number: entry.data.number }
    : { at: entry.recordedAt, journalId: entry.data.journalId }

export function reasonsForMilestone({ occurrence, entries }: Of<'MILESTONE'>, state: ShipmentState): Reason[] {
  const events = entriesOf(state.timeline, 'event.recorded').filter(({ data }) =>
    occurrence.eventIds.includes(data.eventId),
  )
  const route = { ...state.header, legs: state.detail.legs }
  const rules = events.flatMap(({ data }) => ruleFor(data, route) ?? [])
  const ended = entriesOf(entries, 'milestone.retracted').at(-1)
  return [
    {
      question: 'Why this milestone?',
      rule: 'The first rule of the catalogue that fits a reported event',
      inputs: {
        events: events.map(({ data }) => reported(data)),
        catalogue: rules,
        route: { from: state.header.from, to: state.header.to, type: state.header.type },
      },
      outcome: `${occurrence.occurrenceId} at ${occurrence.occurredAt}${ended ? `, retracted: ${ended.data.reason}` : ''}`,
      otherwise: [...new Set(rules.flatMap(others))],
    },
  ]
}

const reported = ({ eventId, source, eventType, eventCode, eventDateTime, ...rest }: ReportedEvent) => ({
  ...{ eventId, source, eventType, eventCode, eventDateTime },
  ...(rest.unLocode ? { unLocode: rest.unLocode } : {}),
  ...(rest.facilityTypeCode ? { facilityTypeCode: rest.facilityTypeCode } : {}),
  ...(rest.emptyIndicatorCode ? { emptyIndicatorCode: rest.emptyIndicatorCode } : {}),
  ...(rest.documentTypeCode ? { documentTypeCode: rest.documentTypeCode } : {}),
})

/** What the same code would have meant elsewhere. */
const others = (rule: CatalogueRule): string[] =>
  CATALOGUE.filter(
    ({ type, code, milestone }) => type === rule.type && code === rule.code && milestone !== rule.milestone,
  ).map(
    ({ milestone, type: _, code, ...conditions }) =>
      `${code} with ${JSON.stringify(conditions)} would have been ${milestone}`,
  )
