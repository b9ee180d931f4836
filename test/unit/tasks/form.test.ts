import { AppError } from '../../../functions/platform/errors'
import { readForm } from '../../../functions/tasks/form'
import type { FormField } from '../../../schemas/task'

const field = (type: FormField['type'], more: Partial<FormField> = {}): FormField => ({
  name: 'it',
  label: 'It',
  type,
  required: true,
  ...more,
})

const read = (type: FormField['type'], it: unknown, more: Partial<FormField> = {}) =>
  readForm([field(type, more)], { it })

describe('the form of a task', () => {
  it.each([
    ['text', ' MSC Anna ', 'MSC Anna'],
    ['number', 21.5, 21.5],
    ['boolean', false, false],
    ['instant', '2026-03-01T10:00:00+02:00', '2026-03-01T08:00:00.000Z'],
    ['containerNumber', 'MSKU9070323', 'MSKU9070323'],
    ['money', { amount: 100, currency: 'EUR' }, { amount: 100, currency: 'EUR' }],
  ] as const)('reads %s', (type, given, read_) => expect(read(type, given)).toEqual({ it: read_ }))

  it.each([
    ['text', '  '],
    ['number', '21'],
    ['boolean', 'yes'],
    ['instant', 'tomorrow'],
    ['containerNumber', 'MSKU9070324'],
    ['money', { amount: 1.5, currency: 'EUR' }],
    ['choice', 'C'],
  ] as const)('refuses a wrong %s', (type, given) => {
    expect(() => read(type, given, { options: ['A', 'B'] })).toThrow(AppError)
  })

  it('may leave out what is not required', () => {
    expect(readForm([field('text', { required: false })], {})).toEqual({})
    expect(() => readForm([field('text')], {})).toThrow(AppError)
  })
})
