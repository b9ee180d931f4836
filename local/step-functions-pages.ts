/** Paging of the list operations. */
import * as z from 'zod'
import { AwsError } from './service'

/** `nextToken` is the key after which the next page begins. */
export const Paging = z.object({
  maxResults: z.number().int().min(0).max(1000).default(0),
  nextToken: z.string().min(1).max(3096).optional(),
})

const DEFAULT_SIZE = 100

/** Decodes the request: how many, and after which key. */
export function page({ maxResults, nextToken }: z.output<typeof Paging>): { size: number; after: string | undefined } {
  const after = nextToken === undefined ? undefined : Buffer.from(nextToken, 'base64url').toString()
  if (nextToken !== undefined && Buffer.from(after ?? '').toString('base64url') !== nextToken) {
    throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`)
  }
  return { size: maxResults === 0 ? DEFAULT_SIZE : maxResults, after }
}

/** Cuts a list that was read with one item more than the page holds. */
export function cut<T>(
  items: T[],
  size: number,
  keyOf: (item: T) => string | number,
): { items: T[]; nextToken?: string } {
  const shown = items.slice(0, size)
  const last = shown.at(-1)
  if (items.length <= size || last === undefined) return { items: shown }
  return { items: shown, nextToken: Buffer.from(String(keyOf(last))).toString('base64url') }
}
