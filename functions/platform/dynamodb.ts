/** The operations of DynamoDB that the table uses, over flat items: strings, numbers, booleans and bytes. */
// Types only: what the operations take and answer is AWS's to say.
import type * as sdk from '@aws-sdk/lib-dynamodb'
import { callAws } from './aws'

interface Operations {
  GetItem: { input: sdk.GetCommandInput; output: sdk.GetCommandOutput }
  BatchGetItem: { input: sdk.BatchGetCommandInput; output: sdk.BatchGetCommandOutput }
  Query: { input: sdk.QueryCommandInput; output: sdk.QueryCommandOutput }
  PutItem: { input: sdk.PutCommandInput; output: sdk.PutCommandOutput }
  DeleteItem: { input: sdk.DeleteCommandInput; output: sdk.DeleteCommandOutput }
  TransactWriteItems: { input: sdk.TransactWriteCommandInput; output: sdk.TransactWriteCommandOutput }
}
type Output<O extends keyof Operations> = Omit<Operations[O]['output'], '$metadata'>

/** Calls with plain values where DynamoDB's own JSON has typed ones, as the SDK's document client does. */
export async function dynamodb<O extends keyof Operations>(operation: O, input: Operations[O]['input']) {
  const answer = await callAws('dynamodb', operation, Object(convert(input, attributeOf)))
  // DynamoDB answers what its API says.
  return convert(answer, plainOf) as Output<O>
}

/** Members that hold attributes by name; lists of such members are under `Items` and `Keys`, and by table in `Responses`. */
const ATTRIBUTES = new Set(['Item', 'Key', 'ExpressionAttributeValues', 'ExclusiveStartKey', 'LastEvaluatedKey'])
const ATTRIBUTES_LISTS = new Set(['Items', 'Keys'])

function convert(node: unknown, attribute: (value: unknown) => unknown, member = ''): unknown {
  if (typeof node !== 'object' || node === null) return node
  if (ATTRIBUTES.has(member)) return each(node, attribute)
  if (ATTRIBUTES_LISTS.has(member) && Array.isArray(node)) return node.map((item) => each(item, attribute))
  if (Array.isArray(node)) return node.map((item) => convert(item, attribute))
  // By table: the lists are named by the table, not by what they hold.
  if (member === 'Responses') return map(node, (items) => convert(items, attribute, 'Items'))
  return map(node, (value, name) => convert(value, attribute, name))
}

const each = (attributes: unknown, attribute: (value: unknown) => unknown) => map(Object(attributes), attribute)

function map(node: object, change: (value: unknown, name: string) => unknown): Record<string, unknown> {
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(node)) if (value !== undefined) changed[name] = change(value, name)
  return changed
}

/** A number that comes back as it went: DynamoDB keeps more digits than a number has, and neither NaN nor infinity. */
const isExact = (value: unknown): value is number =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

function attributeOf(value: unknown): object {
  if (typeof value === 'string') return { S: value }
  if (isExact(value)) return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') }
  throw new TypeError(`An attribute can't hold ${typeof value}`)
}

/** The value of a stored attribute. */
export function plainOf(attribute: unknown): string | number | boolean | Uint8Array {
  const { S, N, BOOL, B } = Object(attribute)
  if (typeof S === 'string') return S
  if (typeof N === 'string') return Number(N)
  if (typeof BOOL === 'boolean') return BOOL
  if (typeof B === 'string') return Buffer.from(B, 'base64')
  throw new TypeError(`Items are flat; this one has ${Object.keys(Object(attribute))}`)
}
