import * as z from 'zod'

/** Neither read nor printed: controls, lone surrogates, and what turns the direction of all that follows. */
const UNSEEN = String.raw`\uD800-\uDFFF\u2028-\u202E\u2066-\u2069`
const CONTROLS = String.raw`\u0000-\u001F\u007F-\u009F`
const CONTROLS_BUT_LINE_ENDS = String.raw`\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F`
/** Spaces, and what takes no room at all. */
const BLANK = String.raw` \u00A0\u00AD\u1680\u2000-\u200F\u202F\u205F-\u2064\u3000\u3164\uFEFF`

/** Only what is not refused, of which one sign is more than blank. */
const written = (refused: string, blank: string) => new RegExp(`^[${blank}]*[^${refused}${blank}][^${refused}]*$`, 'u')
const LINE = written(UNSEEN + CONTROLS, BLANK)
const TEXT = written(UNSEEN + CONTROLS_BUT_LINE_ENDS, String.raw`${BLANK}\n\r`)
// A name of dots alone is a place in a file system.
const FILE_NAME = written(String.raw`${UNSEEN}${CONTROLS}/\\`, `${BLANK}.`)

const UNREADABLE = 'not blank, and without control characters, lone surrogates or signs that turn the direction of text'

/** What a person wrote and a person may read, in a line: a name, a title, a number on paper. Blank is blank, and not too short as well. */
export const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(LINE, { error: `expected a line of text: ${UNREADABLE}`, abort: true })
/** The same in any number of lines: a reason, a comment, an address. */
export const text = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(TEXT, { error: `expected text: ${UNREADABLE}`, abort: true })
export const FileName = z
  .string()
  .trim()
  .max(200)
  .regex(FILE_NAME, `expected the name of a file: without / and \\, ${UNREADABLE}`)
  .describe('Without a path')

/** An id: the prefix and a ULID. */
export const prefixed = (prefix: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`), `expected ${prefix}_ and a ULID`)
    .describe(what)

export const ShipmentId = prefixed('shp', 'Shipment id: `shp_` and a ULID')
export const DocumentId = prefixed('doc', 'Document id: `doc_` and a ULID')
export const InvoiceId = prefixed('inv', 'Invoice id: `inv_` and a ULID')
export const GrantId = prefixed('grt', 'Grant id: `grt_` and a ULID')
export const DraftId = prefixed('drf', 'Draft of an SOP: `drf_` and a ULID')
export const JobId = prefixed('job', 'Job id: `job_` and a ULID')

export const PlanId = prefixed('pln', 'Plan of a migration: `pln_` and a ULID')
export const MigrationId = prefixed('mig', 'Migration of shipments: `mig_` and a ULID')

/** A standard operating procedure: one that came with Portolan, or the tenant's own. */
export const SopId = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected kebab-case')
  .max(48)
  .describe('Id of an SOP, such as ocean-export-fcl; the tenant’s own have ids of its choice')
export type SopId = z.infer<typeof SopId>

/** `tsk_` + the shipment's ULID + `_` + the SOP step's key: one task per shipment and step, found without an index. */
export const TaskId = z
  .string()
  .regex(/^tsk_[0-9A-HJKMNP-TV-Z]{26}_[a-z0-9-]{1,130}$/, 'expected tsk_, a ULID, _ and the key of a step')
  .describe('Task id')

export const TenantId = z.string().regex(/^[a-z0-9-]{2,40}$/)
export const OrganizationId = z
  .string()
  .regex(/^[A-Za-z0-9-]{2,40}$/)
  .describe('Id of an organization (party master) in the tenant')

export const Subject = z.string().trim().min(1).max(128).describe("`sub` of the person's token")
export const Group = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected kebab-case')
  .max(40)
  .describe('A group of people, such as a desk or a branch')

/** As `Date.getUTCDay` counts. */
export const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const

/** UTC, ISO 8601; offsets are accepted and stored as UTC with milliseconds. */
export const Instant = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value).toISOString())
  .refine((value) => value >= '2000' && value < '2101', 'expected a moment of this century')
  .describe('Moment, ISO 8601; stored as UTC with milliseconds')

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** ISO 4217 alphabetic code of a currency, active or withdrawn, that the runtime's Unicode data knows. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine((code) => CURRENCIES.has(code), 'expected a currency of ISO 4217')
  .describe('ISO 4217 currency')

export const Money = z.object({
  amount: z.int().describe('Minor units of the currency (ISO 4217 exponent)'),
  currency: Currency,
})
export type Money = z.infer<typeof Money>

/** UN/LOCODE: ISO 3166 country and three characters of location. */
export const UnLocode = z
  .string()
  .regex(/^[A-Z]{2}[A-Z2-9]{3}$/, 'expected a UN/LOCODE such as NLRTM')
  .describe('UN/LOCODE')

/** What is said of a span in the wrong order, wherever one is checked: of one that may be a moment, and of one that may not. */
export const ENDS_IN_ORDER = { message: 'to must not be before from', path: ['to'] }
export const ENDS_LATER = { message: 'to must be later than from', path: ['to'] }

export const TimeWindow = z
  .object({ from: Instant, to: Instant })
  .refine((window) => window.from <= window.to, ENDS_IN_ORDER)
  .describe('Half-open time window, UTC')
export type TimeWindow = z.infer<typeof TimeWindow>

/** Kilograms, at most three decimals. */
export const Kilograms = z.number().positive().max(100_000_000).describe('kg')
/** Cubic metres, at most three decimals. */
export const CubicMetres = z.number().positive().max(1_000_000).describe('m³')

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items a page'),
  cursor: z.string().max(2000).optional().describe('`next` of the page before'),
}
export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().optional().describe('Cursor of the next page; absent on the last'),
  })

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    code: z.string().describe('Stable, for programs'),
    requestId: z.string(),
    errors: z
      .array(z.object({ pointer: z.string().describe('JSON pointer'), code: z.string(), message: z.string() }))
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem' })
export type Problem = z.infer<typeof Problem>
