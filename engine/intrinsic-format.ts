import { IntrinsicError } from './errors'
import { isObject, type Json } from './json'

/** States.Format: `{}` takes the next value; a backslash makes a brace, quote or backslash literal. */
export function format(template: string, values: Json[]): string {
  let used = 0
  const text = template.replace(/\\(['{}\\])|\{\}|[{}]/g, (token, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped
    if (token !== '{}') return token
    if (used >= values.length) throw new IntrinsicError('Fewer values than placeholders in States.Format')
    return display(values[used++] ?? null)
  })
  if (used !== values.length) throw new IntrinsicError('More values than placeholders in States.Format')
  return text
}

/** How the service prints a value: strings bare, objects `{a=1, b=[x, y]}`. */
function display(value: Json): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(display).join(', ')}]`
  if (!isObject(value)) return String(value)
  const members = Object.entries(value).map(([key, item]) => `${key}=${display(item)}`)
  return `{${members.join(', ')}}`
}
