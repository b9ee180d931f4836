/** The one table. Every call takes the caller's tenant, and every key is prefixed with it here, so no query can leave it. */
import { randomUUID } from 'node:crypto'
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { AwsError, pauseAfter } from './aws'
import { dynamodb, plainOf } from './dynamodb'
import { env } from './env'
import { AppError } from './errors'
import { type Condition, conditionOf, keyCondition } from './expressions'

export type { Condition } from './expressions'

export interface Tenant {
  tenantId: string
}

/** `pk` without the tenant. */
export interface Key {
  pk: string
  sk: string
}

/** Flat: scalars that keys and lists need, and one JSON string for the rest (nested items are 5-7 times slower to query locally). */
export type Item = Key & {
  gsi1pk?: string
  gsi1sk?: string
  [attribute: string]: string | number | boolean | Uint8Array | undefined
}

export type Write =
  | { put: Item; if?: Condition }
  | { update: Key; set?: Record<string, string | number>; add?: Record<string, number>; if?: Condition }
  | { remove: Key; if?: Condition }
  | { check: Key; if: Condition }

/** A write's condition did not hold. `index` is its place in the transaction, `item` what stands there. */
export class ConditionFailed extends Error {
  constructor(
    readonly index: number,
    readonly item: Item | undefined,
  ) {
    super(`Condition of write ${index} failed`)
  }
}

const scoped = (tenant: Tenant, pk: string) => `${tenant.tenantId}#${pk}`
const scopedKey = (tenant: Tenant, key: Key) => ({ pk: scoped(tenant, key.pk), sk: key.sk })
/** An item as it stands in the table, its keys under the tenant. */
export const scopedItem = (tenant: Tenant, item: Item) => ({
  ...item,
  pk: scoped(tenant, item.pk),
  ...(item.gsi1pk === undefined ? {} : { gsi1pk: scoped(tenant, item.gsi1pk) }),
})

/** Our items are the only ones in the table, so what DynamoDB answers has the shape that `Item` gives it. */
const unscoped = (tenant: Tenant, stored: Record<string, unknown>): Item => {
  const item = stored as Item
  return { ...item, pk: item.pk.slice(tenant.tenantId.length + 1) }
}

export async function get(tenant: Tenant, key: Key): Promise<Item | undefined> {
  const { Item: stored } = await dynamodb('GetItem', {
    TableName: env('TABLE_NAME'),
    Key: scopedKey(tenant, key),
    ConsistentRead: true,
  })
  return stored && unscoped(tenant, stored)
}

/** At most 100 keys; absent items are left out. */
export async function getMany(tenant: Tenant, keys: readonly Key[]): Promise<Item[]> {
  const found: Item[] = []
  const wanted: Record<string, unknown>[] = keys.map((key) => scopedKey(tenant, key))
  for (let fruitless = 0; wanted.length > 0; ) {
    const request = { [env('TABLE_NAME')]: { Keys: wanted.splice(0, 100) } }
    const answer = await dynamodb('BatchGetItem', { RequestItems: request })
    const items = answer.Responses?.[env('TABLE_NAME')] ?? []
    const left = answer.UnprocessedKeys?.[env('TABLE_NAME')]?.Keys ?? []
    found.push(...items.map((stored) => unscoped(tenant, stored)))
    wanted.push(...left)
    fruitless = items.length === 0 && left.length > 0 ? fruitless + 1 : 0
    if (fruitless === ATTEMPTS) throw new Contended()
    if (fruitless > 0) await pauseAfter(fruitless)
  }
  return found
}

/** Everything in a partition whose sort key begins with `begins`, in order, strongly consistent. */
export async function partition(tenant: Tenant, pk: string, begins = ''): Promise<Item[]> {
  const items: Item[] = []
  let from: Record<string, unknown> | undefined
  do {
    const answer = await dynamodb('Query', {
      TableName: env('TABLE_NAME'),
      ConsistentRead: true,
      ...keyCondition('pk', scoped(tenant, pk), 'sk', begins),
      ExclusiveStartKey: from,
    })
    items.push(...(answer.Items ?? []).map((stored) => unscoped(tenant, stored)))
    from = answer.LastEvaluatedKey
  } while (from)
  return items
}

export interface PageRequest {
  limit: number
  cursor?: string | undefined
}

/** One page of the index `gsi1` (or of a partition, with `index: 'table'`), in the order of its sort key. */
export async function list(
  tenant: Tenant,
  pk: string,
  page: PageRequest,
  options: { index?: 'gsi1' | 'table'; newestFirst?: boolean; begins?: string; between?: [string, string] } = {},
): Promise<{ items: Item[]; next?: string }> {
  const onTable = options.index === 'table'
  const pkName = onTable ? 'pk' : 'gsi1pk'
  const skName = onTable ? 'sk' : 'gsi1sk'
  const query = dynamodb('Query', {
    TableName: env('TABLE_NAME'),
    ...(onTable ? {} : { IndexName: 'gsi1' }),
    ...keyCondition(pkName, scoped(tenant, pk), skName, options.begins ?? '', options.between),
    ScanIndexForward: !options.newestFirst,
    Limit: page.limit,
    ExclusiveStartKey: page.cursor === undefined ? undefined : decodeCursor(tenant, page.cursor, pkName, pk),
  })
  const answer = await query.catch((error) => {
    // A key of ours, but of another range of this list: only a cursor brings one here.
    if (page.cursor !== undefined && error.name === 'ValidationException') throw foreignCursor()
    throw error
  })
  const items = (answer.Items ?? []).map((stored) => unscoped(tenant, stored))
  return answer.LastEvaluatedKey ? { items, next: encodeCursor(tenant, answer.LastEvaluatedKey) } : { items }
}

/** One TransactWriteItems. Throws ConditionFailed for the first condition that does not hold. */
export async function transact(tenant: Tenant, writes: readonly Write[]): Promise<void> {
  try {
    await dynamodb('TransactWriteItems', {
      // The same for every try of this call: one whose answer was lost is not applied twice.
      ClientRequestToken: randomUUID(),
      TransactItems: writes.map((write) => transactItem(tenant, write)),
    })
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'TransactionCanceledException')) throw error
    const reasons: CancellationReason[] = Object(error.answer).CancellationReasons ?? []
    const index = reasons.findIndex((reason) => reason.Code === 'ConditionalCheckFailed')
    if (index < 0 && reasons.some((reason) => PASSING.has(reason.Code))) throw new Contended()
    if (index < 0) throw error
    const stored = Object.entries(reasons[index]?.Item ?? {}).map(([name, attribute]) => [name, plainOf(attribute)])
    throw new ConditionFailed(index, stored.length > 0 ? unscoped(tenant, Object.fromEntries(stored)) : undefined)
  }
}

/** Reasons that pass by themselves: a rival's transaction, or more traffic than the table takes just now. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])

/** Why a transaction was cancelled, one for each of its writes: `None`, or a code and the item that stands there. */
type CancellationReason = { Code: string; Item?: Record<string, unknown> }

/** Others use the same items or too much of the table at the same time: load, decide and commit again. */
export class Contended extends Error {}

const ATTEMPTS = 8
/** Milliseconds after which nothing is begun anew: a function has fifteen seconds, and its caller an answer to get. */
const PATIENCE = 8000

/** Does the work again when another transaction came first, after a random pause that grows. `work` reads what it writes on. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ConditionFailed || error instanceof Contended)) throw error
      if (attempt === ATTEMPTS || performance.now() > until) throw new Contended()
      await pauseAfter(attempt - 1)
    }
  }
}

/** One write outside a transaction, at half its price. Throws ConditionFailed, without the item, when the condition does not hold. */
export async function put(tenant: Tenant, item: Item, condition?: Condition): Promise<void> {
  try {
    await dynamodb('PutItem', {
      TableName: env('TABLE_NAME'),
      Item: scopedItem(tenant, item),
      ...conditionOf(condition),
    })
  } catch (error) {
    if (isConditionFailed(error)) throw new ConditionFailed(0, undefined)
    throw error
  }
}

const isConditionFailed = (error: unknown) =>
  error instanceof AwsError && error.code === 'ConditionalCheckFailedException'

/** Removes one item outside a transaction, at half its price; leaves it when the condition does not hold. */
export async function remove(tenant: Tenant, key: Key, condition: Condition): Promise<void> {
  try {
    await dynamodb('DeleteItem', {
      TableName: env('TABLE_NAME'),
      Key: scopedKey(tenant, key),
      ...conditionOf(condition),
    })
  } catch (error) {
    if (!isConditionFailed(error)) throw error
  }
}

function updateOf(tenant: Tenant, write: Extract<Write, { update: Key }>) {
  const sets = Object.entries(write.set ?? {})
  const adds = Object.entries(write.add ?? {})
  const names = Object.fromEntries([
    ...sets.map(([name], i) => [`#s${i}`, name]),
    ...adds.map(([name], i) => [`#a${i}`, name]),
  ])
  const values = Object.fromEntries([
    ...sets.map(([, value], i) => [`:s${i}`, value]),
    ...adds.map(([, value], i) => [`:a${i}`, value]),
  ])
  const condition = conditionOf(write.if)
  const expression = [
    sets.length > 0 ? `SET ${sets.map((_, i) => `#s${i} = :s${i}`).join(', ')}` : '',
    adds.length > 0 ? `ADD ${adds.map((_, i) => `#a${i} :a${i}`).join(', ')}` : '',
  ]
  return {
    TableName: env('TABLE_NAME'),
    Key: scopedKey(tenant, write.update),
    UpdateExpression: expression.filter(Boolean).join(' '),
    ...condition,
    ExpressionAttributeNames: { ...names, ...condition.ExpressionAttributeNames },
    ExpressionAttributeValues: { ...values, ...condition.ExpressionAttributeValues },
  }
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]
function transactItem(tenant: Tenant, write: Write): TransactItem {
  const TableName = env('TABLE_NAME')
  const onFailure = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const
  if ('put' in write)
    return { Put: { TableName, Item: scopedItem(tenant, write.put), ...conditionOf(write.if), ...onFailure } }
  if ('update' in write) return { Update: { ...updateOf(tenant, write), ...onFailure } }
  if ('remove' in write)
    return { Delete: { TableName, Key: scopedKey(tenant, write.remove), ...conditionOf(write.if), ...onFailure } }
  return {
    ConditionCheck: {
      TableName,
      Key: scopedKey(tenant, write.check),
      ConditionExpression: 'attribute_exists(pk)',
      ...conditionOf(write.if),
      ...onFailure,
    },
  }
}

/** The tenant is left out of a cursor and put back from the token, so a forged one stays inside its tenant. */
function encodeCursor(tenant: Tenant, key: Record<string, unknown>): string {
  const plain = Object.entries(key).map(([name, value]) => [
    name,
    name.endsWith('pk') ? String(value).slice(tenant.tenantId.length + 1) : value,
  ])
  return Buffer.from(JSON.stringify(Object.fromEntries(plain))).toString('base64url')
}

export const foreignCursor = () =>
  new AppError('unprocessable', 'validation_failed', 'cursor is not one of ours', {
    errors: [{ pointer: '#/query/cursor', code: 'cursor', message: 'not a cursor that this list gave' }],
  })

function decodeCursor(tenant: Tenant, cursor: string, pkName: string, pk: string): Record<string, string> {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const entries = Object.entries(key as Record<string, unknown>).map(([name, value]) => {
      if (typeof value !== 'string' || !['pk', 'sk', 'gsi1pk', 'gsi1sk'].includes(name)) throw new Error('forged')
      return [name, name.endsWith('pk') ? scoped(tenant, value) : value]
    })
    const start: Record<string, string> = Object.fromEntries(entries)
    if (start[pkName] !== scoped(tenant, pk)) throw new Error('of another list')
    return start
  } catch {
    throw foreignCursor()
  }
}
