/** The data that a task asks for, checked against its form. */
import * as z from 'zod'
import { Instant, Money, text } from '../../schemas/common'
import { ContainerNumber } from '../../schemas/shipment'
import type { FormField } from '../../schemas/task'
import { type FieldError, invalid, pointerOf } from '../platform/errors'
import { containerCheckDigit } from '../shipments/domain'

const Container = ContainerNumber.refine((number) => containerCheckDigit(number) === Number(number[10]), {
  message: 'the ISO 6346 check digit is wrong',
})

function fieldSchema(field: FormField): z.ZodType {
  switch (field.type) {
    case 'text':
      return text(500)
    case 'number':
      return z.number()
    case 'boolean':
      return z.boolean()
    case 'instant':
      return Instant
    case 'choice':
      return z.enum(field.options ?? [])
    case 'containerNumber':
      return Container
    case 'money':
      return Money
  }
}

/** A form of a definition is filled in for many shipments. */
const schemas = new WeakMap<readonly FormField[], z.ZodType<Record<string, unknown>>>()

function schemaOf(form: readonly FormField[]) {
  const known = schemas.get(form)
  if (known) return known
  const shape = form.map((field) => {
    const schema = fieldSchema(field)
    return [field.name, field.required ? schema : schema.optional()] as const
  })
  const made = z.strictObject(Object.fromEntries(shape))
  schemas.set(form, made)
  return made
}

/** The data with times in UTC; throws `validation_failed` naming each wrong, missing or unknown field. */
export function readForm(form: readonly FormField[], data: Record<string, unknown>): Record<string, unknown> {
  const parsed = schemaOf(form).safeParse(data)
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap(fieldErrors))
  return parsed.data
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      pointer: pointerOf(['data', key]),
      code: issue.code,
      message: 'the task does not ask for this',
    }))
  return [{ pointer: pointerOf(['data', ...issue.path]), code: issue.code, message: issue.message }]
}
