import type { ExtractionWarning, FieldValue, LineItem } from '../../../schemas/extraction'

const find = (fields: readonly FieldValue[], name: string): FieldValue | undefined =>
  fields.find((f) => f.field === name)

const amountOf = (field: FieldValue | undefined): number | undefined =>
  field && 'amount' in field.value ? field.value.amount : undefined

const dateOf = (field: FieldValue | undefined): string | undefined =>
  field?.value.type === 'date' ? field.value.date : undefined

type Reading = { fields: FieldValue[]; lineItems: LineItem[] }

/** Net weight above gross weight: one of the two was misread or misprinted. */
export function netWithinGross({ fields }: Reading): ExtractionWarning[] {
  const [net, gross] = [amountOf(find(fields, 'netWeight')), amountOf(find(fields, 'grossWeight'))]
  if (net === undefined || gross === undefined || net <= gross) return []
  return [
    {
      code: 'NET_EXCEEDS_GROSS',
      fields: ['netWeight', 'grossWeight'],
      message: `Net weight ${net} kg is above gross weight ${gross} kg`,
    },
  ]
}

/** Container numbers whose check digit is wrong (ISO 6346). */
export function containerDigits({ fields }: Reading): ExtractionWarning[] {
  return fields
    .filter((f) => f.checks.some((c) => c.code === 'iso6346' && !c.passed))
    .map((f) => ({
      code: 'CONTAINER_CHECK_DIGIT',
      fields: [f.field],
      message: `Check digit of ${f.raw.trim()} is wrong`,
    }))
}

const sum = (items: readonly LineItem[], column: string): number | undefined => {
  const amounts = items.map((item) => amountOf(find(item.fields, column)))
  return items.length > 0 && amounts.every((a) => a !== undefined)
    ? amounts.reduce((a = 0, b = 0) => a + b, 0)
    : undefined
}

// Gap that rounding of each line may make.
const near = (a: number, b: number, lines: number): boolean => Math.abs(a - b) <= Math.max(lines, Math.abs(b) * 0.0005)

/** The total is the sum of its lines; where the paper states subtotal, tax and discount they may make the difference. */
export function totalOfLines({ fields, lineItems }: Reading): ExtractionWarning[] {
  const lines = sum(lineItems, 'amount')
  const total = amountOf(find(fields, 'totalAmount'))
  if (lines === undefined || total === undefined) return []
  // Discounts and charges stand between the lines and a total that its own subtotal and tax add up to.
  if (find(fields, 'totalAmount')?.checks.some(({ code, passed }) => code === 'sum' && passed)) return []
  const accounted = ['subtotalAmount', 'totalAmount'].some((name) => {
    const stated = amountOf(find(fields, name))
    return stated !== undefined && near(lines, stated, lineItems.length)
  })
  const tax = amountOf(find(fields, 'taxAmount')) ?? 0
  if (accounted || near(lines + tax, total, lineItems.length)) return []
  return [
    {
      code: 'TOTAL_NOT_SUM_OF_LINES',
      fields: ['totalAmount'],
      message: `Lines add up to ${lines}, the total says ${total} (minor units)`,
    },
  ]
}

/** Sums of a packing list's columns against its stated totals. */
export const totalsOfColumns =
  (pairs: readonly (readonly [column: string, field: string])[]) =>
  ({ fields, lineItems }: Reading): ExtractionWarning[] =>
    pairs.flatMap(([column, field]) => {
      const lines = sum(lineItems, column)
      const total = amountOf(find(fields, field))
      if (lines === undefined || total === undefined || Math.abs(lines - total) <= Math.max(0.01, total * 0.001))
        return []
      return [
        {
          code: 'TOTAL_NOT_SUM_OF_LINES',
          fields: [field],
          message: `Lines add up to ${lines}, ${field} says ${total}`,
        },
      ]
    })

/** Dates that cannot come in that order, e.g. shipped on board after the bill was issued by weeks. */
export const datesInOrder =
  (...names: readonly string[]) =>
  ({ fields }: Reading): ExtractionWarning[] => {
    const dated = names.flatMap((name) => {
      const date = dateOf(find(fields, name))
      return date === undefined ? [] : [{ name, date }]
    })
    return dated.flatMap((earlier, i) => {
      const later = dated[i + 1]
      if (!later || earlier.date <= later.date) return []
      return [
        {
          code: 'DATES_OUT_OF_ORDER',
          fields: [earlier.name, later.name],
          message: `${earlier.name} ${earlier.date} is after ${later.name} ${later.date}`,
        },
      ]
    })
  }
