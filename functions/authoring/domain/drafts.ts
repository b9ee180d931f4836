/** How a draft becomes a version. Each function answers the draft as it is to be, or says why not. */
import type { SopDraft } from '../../../schemas/sop-draft'
import type { Context } from '../../platform/context'
import { AppError } from '../../platform/errors'

type Who = Pick<Context, 'actor' | 'now'>

const refused = (code: string, message: string) => new AppError('conflict', code, message)
const signed = ({ actor, now }: Who, reason: string) => ({ by: actor.id, at: now, reason })

/** The next version of the draft; what it had proved of itself is gone unless it is handed on. */
const changed = (draft: SopDraft, { now }: Who, more: Partial<SopDraft>): SopDraft => ({
  draftId: draft.draftId,
  sopId: draft.sopId,
  basedOn: draft.basedOn,
  authors: draft.authors,
  createdAt: draft.createdAt,
  status: 'DRAFT',
  ...more,
  changedAt: now,
  version: draft.version + 1,
})

const withAuthor = ({ authors }: SopDraft, { actor }: Who) => [...new Set([...authors, actor.id])]

export const begun = (draftId: `drf_${string}`, sopId: SopDraft['sopId'], basedOn: number, who: Who): SopDraft => ({
  draftId,
  sopId,
  status: 'DRAFT',
  version: 1,
  basedOn,
  authors: [who.actor.id],
  createdAt: who.now,
  changedAt: who.now,
})

export function saved(draft: SopDraft, basedOn: number | undefined, who: Who): SopDraft {
  if (draft.published) throw refused('draft.published', 'The draft is published; begin another one from its version')
  return changed(draft, who, { authors: withAuthor(draft, who), basedOn: basedOn ?? draft.basedOn })
}

/** Undefined when the validation changes nothing. */
export function validated(draft: SopDraft, valid: boolean, who: Who): SopDraft | undefined {
  if (draft.status !== (valid ? 'DRAFT' : 'VALIDATED')) return undefined
  return changed(draft, who, { status: valid ? 'VALIDATED' : 'DRAFT' })
}

/** Undefined when it is submitted already. */
export function submitted(
  draft: SopDraft,
  { reason, gate }: { reason: string; gate?: SopDraft['gate'] | undefined },
  who: Who,
): SopDraft | undefined {
  if (draft.status === 'IN_REVIEW') return undefined
  if (draft.status !== 'VALIDATED')
    throw refused('draft.not_validated', 'Only a draft without findings can be submitted')
  const submission = signed(who, reason)
  const asked = gate ? { gate } : {}
  return changed(draft, who, { status: 'IN_REVIEW', authors: withAuthor(draft, who), submitted: submission, ...asked })
}

/** Undefined when the same person has approved it already. Throws `draft.own`: four eyes. */
export function approved(draft: SopDraft, read: number, reason: string, who: Who): SopDraft | undefined {
  if (draft.approved?.by === who.actor.id) return undefined
  if (draft.status !== 'IN_REVIEW' || !draft.submitted)
    throw refused('draft.not_submitted', 'Only a submitted draft can be approved')
  if (draft.authors.includes(who.actor.id))
    throw new AppError('forbidden', 'draft.own', 'Who wrote or submitted a draft can not approve it')
  if (read !== draft.version) throw stale(draft)
  const { submitted: submission, gate } = draft
  const kept = { submitted: submission, ...(gate ? { gate } : {}) }
  return changed(draft, who, { status: 'IN_REVIEW', ...kept, approved: signed(who, reason) })
}

/** A draft that may be published on top of the version that is live. */
export function publishable(draft: SopDraft, live: number): { approved: NonNullable<SopDraft['approved']> } {
  const { submitted: submission, approved: approval } = draft
  if (draft.status !== 'IN_REVIEW' || !submission || !approval)
    throw refused('draft.not_approved', 'Only an approved draft can be published')
  if (draft.basedOn !== live)
    throw refused(
      'draft.outdated',
      `Version ${live} has come since; look at it and save the draft with basedOn ${live}`,
    )
  return { approved: approval }
}

export const published = (draft: SopDraft, version: number, reason: string, who: Who): SopDraft => ({
  ...draft,
  status: 'PUBLISHED',
  published: { ...signed(who, reason), version },
  changedAt: who.now,
  version: draft.version + 1,
})

export const stale = ({ version }: Pick<SopDraft, 'version'>) =>
  new AppError('stale', 'draft.changed', `The draft is at version ${version}`)
