/** Which IAM actions on which resources a DynamoDB request amounts to. */
import type { Json } from './service'

type Fields = { [key: string]: Json }
const fields = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
const items = (value: Json | undefined): Fields[] => (Array.isArray(value) ? value.map(fields) : [])

export interface TableAccess {
  /** e.g. `PutItem`, without the service's prefix. */
  action: string
  table: string
  index: string | undefined
  /** Values of the partition key, where the request names them. */
  leadingKeys(partitionKey: string): string[] | undefined
  writes: boolean
}

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'])
const TRANSACT_ACTIONS: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
}

/** A key attribute's value as IAM compares it. */
function keyValue(attribute: Json | undefined): string | undefined {
  const [value] = Object.values(fields(attribute))
  return typeof value === 'string' ? value : undefined
}

function values(found: (string | undefined)[]): string[] | undefined {
  const known = found.filter((value) => value !== undefined)
  return known.length === found.length && known.length > 0 ? known : undefined
}

function single(action: string, request: Fields, leadingKeys: TableAccess['leadingKeys']): TableAccess {
  const name = typeof request.TableName === 'string' ? request.TableName : ''
  const index = typeof request.IndexName === 'string' ? request.IndexName : undefined
  return { action, table: tableName(name), index, leadingKeys, writes: WRITES.has(action) }
}

/** A request may name a table by its ARN. */
const tableName = (nameOrArn: string) => nameOrArn.replace(/^arn:.*:table\//, '')

function keyed(action: string, request: Fields): TableAccess {
  const key = fields(request.Key ?? request.Item)
  return single(action, request, (partitionKey) => values([keyValue(key[partitionKey])]))
}

function query(request: Fields): TableAccess {
  return single('Query', request, (partitionKey) => {
    const names = fields(request.ExpressionAttributeNames)
    const bound = fields(request.ExpressionAttributeValues)
    for (const [, name = '', value = ''] of String(request.KeyConditionExpression ?? '').matchAll(
      /([#\w.]+)\s*=\s*(:\w+)/g,
    )) {
      if ((names[name] ?? name) === partitionKey) return values([keyValue(bound[value])])
    }
    return undefined
  })
}

function batch(action: string, request: Fields): TableAccess[] {
  return Object.entries(fields(request.RequestItems)).map(([table, requests]) => ({
    action,
    table: tableName(table),
    index: undefined,
    writes: WRITES.has(action),
    leadingKeys(partitionKey) {
      const keys = Array.isArray(requests)
        ? items(requests).map((one) => fields(fields(one.PutRequest).Item ?? fields(one.DeleteRequest).Key))
        : items(fields(requests).Keys)
      return values(keys.map((key) => keyValue(key[partitionKey])))
    },
  }))
}

/** What a request needs; a transaction needs the action of each of its items. */
export function tableAccess(operation: string, request: Fields): TableAccess[] {
  switch (operation) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [keyed(operation, request)]
    case 'Query':
      return [query(request)]
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return batch(operation, request)
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return items(request.TransactItems).flatMap((item) =>
        Object.entries(item).map(([kind, one]) => keyed(TRANSACT_ACTIONS[kind] ?? kind, fields(one))),
      )
    default:
      return [single(operation, request, () => undefined)]
  }
}
