import * as z from 'zod'
import { DraftId } from '../../schemas/common'
import { InternalRole } from '../../schemas/role'
import { SopId } from '../../schemas/sop'
import { CreateSop, Sop } from '../../schemas/sop-catalogue'
import {
  Definition,
  Format,
  Reason,
  SopDraft,
  SopDraftView,
  SopRelease,
  SopValidation,
  SopVersion,
  SopVersionView,
  VersionNumber,
} from '../../schemas/sop-draft'
import { PublicationGate } from '../../schemas/sop-flight'
import { type Contract, route } from '../platform/route'

const ofSop = z.object({ sopId: SopId })
const ofDraft = ofSop.extend({ draftId: DraftId })
const ofVersion = ofSop.extend({ version: VersionNumber })
const query = z.object({ format: Format })
const because = z.strictObject({ reason: Reason })

const ADMIN = ['SOP_ADMIN'] as const
const READERS = InternalRole.options

export const routes = {
  createSop: route({
    method: 'POST',
    path: '/v1/sops',
    summary: 'Create an SOP of the tenant’s own; shipments get it once a version of it is published',
    roles: ADMIN,
    body: CreateSop,
    status: 201,
    response: Sop,
    errors: ['sop.exists'],
  }),
  retireSop: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/retirements',
    summary: 'Retire an SOP of the tenant’s own: no new shipment gets it; those that have it keep it',
    roles: ADMIN,
    params: ofSop,
    body: because,
    status: 200,
    response: Sop,
    errors: ['sop.not_found', 'sop.of_product'],
  }),
  listSopVersions: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/versions',
    summary:
      'Versions that the tenant has published, the one that came with Portolan, the one that new shipments get, and what was released when and why',
    roles: READERS,
    params: ofSop,
    status: 200,
    response: z.object({
      live: z.int().describe('Version that new shipments get; 0 while there is none'),
      product: z
        .object({ version: z.int(), live: z.boolean().describe('New shipments get it') })
        .optional()
        .describe('What came with Portolan, to which a rollback leads; an SOP of the tenant’s own has none'),
      items: z.array(SopVersion),
      releases: z.array(SopRelease),
    }),
  }),
  getSopVersion: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/versions/{version}',
    summary: 'A version as Amazon States Language, as a graph, or as an outline to read',
    roles: READERS,
    params: ofVersion,
    query,
    status: 200,
    response: SopVersionView,
    errors: ['sop.not_found', 'sop_version.not_found'],
  }),
  retireSopVersion: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/versions/{version}/retirements',
    summary: 'Retire a version: nobody can roll back to it any more; shipments that pinned it keep it',
    roles: ADMIN,
    params: ofVersion,
    body: because,
    status: 200,
    response: SopVersion,
    errors: ['sop.not_found', 'sop_version.not_found', 'sop_version.live'],
  }),
  rollBackSop: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/rollbacks',
    summary: 'Give new shipments an earlier version again',
    roles: ADMIN,
    params: ofSop,
    body: z.strictObject({ version: z.int().positive(), reason: Reason }),
    status: 200,
    response: z.object({ live: z.int() }),
    errors: ['sop.not_found', 'sop_version.not_found', 'sop_version.retired', 'sop.contended'],
  }),
  createSopDraft: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/drafts',
    summary: 'Begin a draft, from a version or from a definition',
    roles: ADMIN,
    params: ofSop,
    body: z.strictObject({
      basedOn: z.int().positive().optional().describe('The version that new shipments get when absent'),
      definition: Definition.optional().describe('That of the version when absent'),
    }),
    status: 201,
    response: SopDraft,
    errors: ['sop.not_found', 'sop_version.not_found', 'draft.too_large', 'idempotency_key.reused'],
  }),
  listSopDrafts: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/drafts',
    summary: 'Drafts of an SOP, oldest first',
    roles: READERS,
    params: ofSop,
    status: 200,
    response: z.object({ items: z.array(SopDraft) }),
  }),
  getSopDraft: route({
    method: 'GET',
    path: '/v1/sops/{sopId}/drafts/{draftId}',
    summary: 'A draft as Amazon States Language, as a graph, or as an outline to read',
    roles: READERS,
    params: ofDraft,
    query,
    status: 200,
    response: SopDraftView,
    errors: ['draft.not_found'],
  }),
  putSopDraft: route({
    method: 'PUT',
    path: '/v1/sops/{sopId}/drafts/{draftId}',
    summary: 'Save a draft; what was validated, submitted or approved is so no more',
    roles: ADMIN,
    params: ofDraft,
    body: z.strictObject({ definition: Definition, basedOn: z.int().positive().optional() }),
    status: 200,
    response: SopDraft,
    errors: ['draft.not_found', 'draft.changed', 'draft.published', 'draft.too_large', 'sop_version.not_found'],
  }),
  validateSopDraft: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/drafts/{draftId}/validations',
    summary: 'Prove a draft: every problem with its place and what puts it right',
    roles: ADMIN,
    params: ofDraft,
    status: 200,
    response: SopValidation,
    errors: ['draft.not_found', 'draft.changed'],
  }),
  submitSopDraft: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/drafts/{draftId}/submissions',
    summary: 'Hand a valid draft to another person for approval',
    roles: ADMIN,
    params: ofDraft,
    body: because.extend({ gate: PublicationGate.optional().describe('What its publication has to show') }),
    status: 200,
    response: SopDraft,
    errors: ['draft.not_found', 'draft.not_validated', 'draft.changed'],
  }),
  approveSopDraft: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/drafts/{draftId}/approvals',
    summary: 'Approve a draft as it was read; never one’s own',
    roles: ADMIN,
    params: ofDraft,
    body: because.extend({ version: z.int().describe('Version of the draft that was read') }),
    status: 200,
    response: SopDraft,
    errors: ['draft.not_found', 'draft.not_submitted', 'draft.changed', 'draft.own'],
  }),
  publishSopDraft: route({
    method: 'POST',
    path: '/v1/sops/{sopId}/drafts/{draftId}/publications',
    summary:
      'Publish an approved draft: shipments that are created from now on get it. May be repeated after a failure',
    roles: ADMIN,
    params: ofDraft,
    body: because,
    status: 200,
    response: SopVersion,
    errors: [
      'draft.not_found',
      'draft.not_approved',
      'sop.retired',
      'draft.invalid',
      'draft.outdated',
      'draft.unchanged',
      'draft.not_replayed',
      'draft.blocks_shipments',
      'sop.contended',
    ],
  }),
}

export const contract = {
  domain: 'authoring',
  doors: { api: { access: ['table:write', 'executions:manage'], memory: 1024, timeout: 29 } },
  routes,
  publishes: [],
  subscribes: [],
} as const satisfies Contract
