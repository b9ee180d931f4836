/** How an SOP is changed: drafts, versions, releases, and the ways of reading a definition. */
import * as z from 'zod'
import { DocumentType } from './codes'
import { DraftId, text } from './common'
import { Due } from './due'
import { Milestone } from './milestone'
import { InternalRole } from './role'
import { SopId } from './sop'
import { SopFinding } from './sop-finding'
import { PublicationGate } from './sop-flight'

export const Definition = z
  .record(z.string(), z.unknown())
  .describe('Amazon States Language in JSONata; the function is written ${SopStepFunctionArn}')
export const Reason = text(500).min(3).describe('Why; kept for ever')
export const VersionNumber = z.coerce.number().int().positive().describe('Number of a version of the state machine')

export const Change = z
  .object({
    pointer: z.string().describe('JSON pointer into the definition'),
    kind: z.enum(['ADDED', 'REMOVED', 'CHANGED']),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .meta({ id: 'SopChange' })
export type Change = z.infer<typeof Change>

const Signed = z.object({ by: z.string(), at: z.string(), reason: z.string() })

export const DraftStatus = z.enum(['DRAFT', 'VALIDATED', 'IN_REVIEW', 'PUBLISHED'])
export const SopDraft = z
  .object({
    draftId: DraftId,
    sopId: SopId,
    status: DraftStatus,
    version: z.int().describe('Of the draft; its ETag'),
    basedOn: z.int().describe('Version of the SOP that it is to follow'),
    authors: z.array(z.string()).describe('Everybody who wrote or submitted it: none of them may approve it'),
    createdAt: z.string(),
    changedAt: z.string(),
    submitted: Signed.optional(),
    gate: PublicationGate.optional().describe('What its publication has to show'),
    approved: Signed.optional(),
    published: Signed.extend({ version: z.int() }).optional(),
  })
  .meta({ id: 'SopDraft' })
export type SopDraft = z.infer<typeof SopDraft>

export const SopVersionStatus = z.enum(['PUBLISHED', 'SUPERSEDED', 'RETIRED'])
/** A version that this tenant has published. */
export const SopVersion = z
  .object({
    sopId: SopId,
    version: z.int(),
    versionArn: z.string(),
    status: SopVersionStatus.describe('PUBLISHED: new shipments get it'),
    draftId: DraftId,
    basedOn: z.int(),
    authors: z.array(z.string()),
    approved: Signed,
    published: Signed,
    retired: Signed.optional(),
    changes: z.array(Change).describe('Against the version that it follows; at most 200'),
  })
  .meta({ id: 'SopVersion' })
export type SopVersion = z.infer<typeof SopVersion>

export const SopRelease = z
  .object({
    number: z.int(),
    kind: z.enum(['PUBLICATION', 'ROLLBACK']),
    from: z.int().describe('Version that new shipments got before'),
    to: z.int(),
    ...Signed.shape,
  })
  .meta({ id: 'SopRelease' })
export type SopRelease = z.infer<typeof SopRelease>

export const SopNode = z
  .object({
    id: z.string().describe('Name of the state'),
    pointer: z.string(),
    type: z.string(),
    within: z.string().optional().describe('The Parallel state that it stands in'),
    branch: z.int().optional(),
    step: z.string().optional(),
    key: z.string().optional(),
    title: z.string().optional(),
    waits: z.boolean(),
    role: InternalRole.optional(),
    milestone: Milestone.optional().describe('That it waits for, records, or that completing its task proves'),
    or: z.array(Milestone).optional().describe('Milestones that settle it too'),
    documentTypes: z.array(DocumentType).optional(),
    notBy: z.array(z.string()).optional().describe('Steps that the decider must not have done'),
    starts: SopId.optional().describe('SOP that it starts beside this one'),
    due: Due.optional(),
  })
  .meta({ id: 'SopNode' })
export type SopNode = z.infer<typeof SopNode>

export const SopEdge = z
  .object({
    from: z.string(),
    to: z.string(),
    kind: z.enum(['NEXT', 'CHOICE', 'TIMEOUT', 'FAILURE', 'BRANCH']),
  })
  .meta({ id: 'SopEdge' })
export type SopEdge = z.infer<typeof SopEdge>

export const SopGraph = z
  .object({ startAt: z.string(), nodes: z.array(SopNode), edges: z.array(SopEdge) })
  .meta({ id: 'SopGraph' })
export type SopGraph = z.infer<typeof SopGraph>

export const Format = z.enum(['asl', 'graph', 'outline']).default('asl')
/** One member beside the others, by the format that was asked for. */
export const Reading = z.object({
  asl: Definition.optional(),
  graph: SopGraph.optional(),
  outline: z.array(z.string()).optional().describe('Lines to read, indented'),
})
export const SopDraftView = z.object({ ...SopDraft.shape, ...Reading.shape }).meta({ id: 'SopDraftView' })
export const SopVersionView = z
  .object({
    sopId: SopId,
    version: z.int(),
    origin: z.enum(['PRODUCT', 'TENANT']).describe('Whether it came with Portolan or was published by the tenant'),
    publication: SopVersion.optional(),
    ...Reading.shape,
  })
  .meta({ id: 'SopVersionView' })

export const SopValidation = z
  .object({ valid: z.boolean(), findings: z.array(SopFinding), status: DraftStatus, version: z.int() })
  .meta({ id: 'SopValidation' })
