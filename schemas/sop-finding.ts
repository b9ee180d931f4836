/** What the validation of an SOP finds. */
import * as z from 'zod'

/** Stable; each has one piece of advice (`functions/authoring/domain/validation/advice.ts`). */
export const SopFindingCode = z.enum([
  // The grammar of the Amazon States Language.
  'NOT_AN_OBJECT',
  'MISSING_FIELD',
  'UNKNOWN_FIELD',
  'MISPLACED_FIELD',
  'CONFLICTING_FIELDS',
  'INVALID_VALUE',
  'INVALID_JSONPATH',
  'INVALID_JSONATA',
  'INVALID_QUERY_LANGUAGE',
  'INVALID_TRANSITION',
  'MISSING_TRANSITION_TARGET',
  'UNREACHABLE_STATE',
  'NO_TERMINAL_STATE',
  'DUPLICATE_STATE_NAME',
  'INVALID_ERROR_NAMES',
  // Nothing outside the vocabulary.
  'NOT_JSONATA',
  'FOREIGN_STATE',
  'FOREIGN_RESOURCE',
  'FOREIGN_FUNCTION',
  'FOREIGN_ARGUMENT',
  'FOREIGN_CREDENTIALS',
  'FOREIGN_SHIPMENT',
  'TOO_LARGE',
  // Steps and their arguments.
  'UNKNOWN_STEP',
  'UNKNOWN_ARGUMENT',
  'MISSING_ARGUMENT',
  'INVALID_ARGUMENT',
  'COMPUTED_ARGUMENT',
  'UNKNOWN_ROLE',
  'IDLE_ROLE',
  'UNKNOWN_CHARGE_CODE',
  'UNKNOWN_ANCHOR',
  'UNKNOWN_MILESTONE',
  'UNKNOWN_DOCUMENT_TYPE',
  'UNKNOWN_PARTY',
  'UNKNOWN_TEMPLATE',
  'DUPLICATE_KEY',
  'UNKNOWN_STEP_KEY',
  'UNKNOWN_SOP',
  'SUBPROCESS_CIRCLE',
  'UNHELD_ROLE',
  'NO_SECOND_PERSON',
  'NO_MOMENT',
  // Expressions.
  'UNKNOWN_VARIABLE',
  'UNKNOWN_FUNCTION',
  'UNKNOWN_CONTEXT',
  'NO_INPUT',
  'ENDLESS_REGEX',
  // Waits and failures.
  'TOKEN_NOT_GIVEN',
  'TOKEN_NOT_HELD',
  'NO_TIMEOUT',
  'LONG_TIMEOUT',
  'NO_WAY_ON',
  'TIMEOUT_RETRIED',
  'SILENT_TIMEOUT',
  'LOST_WAIT',
  'UNSEEN_FAILURE',
  // Paths.
  'ENDLESS_PATH',
  'NEVER_COMPLETES',
  'COMPLETES_EARLY',
  'UNPRODUCIBLE',
  'WAITS_FOR_LATER',
  'DECIDED_EARLY',
  'UNHEARD_REJECTION',
  'DEADLOCK',
])
export type SopFindingCode = z.infer<typeof SopFindingCode>

export const SopFinding = z
  .object({
    pointer: z.string().describe('JSON pointer into the definition'),
    code: SopFindingCode,
    message: z.string().describe('What is wrong here'),
    advice: z.string().describe('What usually puts it right'),
  })
  .meta({ id: 'SopFinding' })
export type SopFinding = z.infer<typeof SopFinding>
