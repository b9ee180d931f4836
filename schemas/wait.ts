import * as z from 'zod'
import { DocumentType } from './codes'
import { Severity } from './document-matrix'
import { Due } from './due'
import { Milestone } from './milestone'

/** What an SOP step waits for. */
export const Awaited = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('task'),
    taskKey: z.string(),
    records: Milestone.optional().describe('When it stands already, no task is made'),
  }),
  z.object({
    kind: z.literal('milestone'),
    milestone: Milestone,
    or: z.array(Milestone).optional().describe('Any of them settles it, too'),
  }),
  z.object({ kind: z.literal('document'), documentType: DocumentType }),
  z.object({
    kind: z.literal('consistency'),
    stepKey: z.string().optional().describe('Absent in waits of old'),
    documentTypes: z.array(DocumentType),
    severity: Severity,
  }),
  z.object({ kind: z.literal('until'), stepKey: z.string(), due: Due }),
  z.object({ kind: z.literal('process'), process: z.string().describe('Key of the step that started it') }),
])
export type Awaited = z.infer<typeof Awaited>

/** A step of a running SOP that is held by Step Functions until its token is answered. */
export const Wait = z.object({ stepKey: z.string(), token: z.string(), awaited: Awaited, since: z.string() })
export type Wait = z.infer<typeof Wait>
