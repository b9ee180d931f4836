/** Conditions as DynamoDB's expressions. Pure. */
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb'

/** What must hold of the item that stands there. */
export type Condition =
  | 'absent'
  | 'present'
  | { attribute: string; equals: string | number }
  /** Of an item without the attribute, or none at all, it holds as well. */
  | { attribute: string; atMost: number }

/** Of a partition, or of what in it begins with `begins` or lies between two sort keys. */
export function keyCondition(
  pkName: string,
  pk: string,
  skName: string,
  begins: string,
  between?: [string, string],
): Pick<QueryCommandInput, 'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'> {
  const sort = between ? ' AND #sk BETWEEN :from AND :to' : begins ? ' AND begins_with(#sk, :begins)' : ''
  return {
    KeyConditionExpression: `#pk = :pk${sort}`,
    ExpressionAttributeNames: sort ? { '#pk': pkName, '#sk': skName } : { '#pk': pkName },
    ExpressionAttributeValues: {
      ':pk': pk,
      ...(between ? { ':from': between[0], ':to': between[1] } : begins ? { ':begins': begins } : {}),
    },
  }
}

export const conditionOf = (condition: Condition | undefined) => {
  if (condition === undefined) return {}
  if (condition === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)' }
  if (condition === 'present') return { ConditionExpression: 'attribute_exists(pk)' }
  const atMost = 'atMost' in condition
  return {
    ConditionExpression: atMost
      ? '(attribute_not_exists(#condition) OR #condition <= :condition)'
      : '#condition = :condition',
    ExpressionAttributeNames: { '#condition': condition.attribute },
    ExpressionAttributeValues: { ':condition': atMost ? condition.atMost : condition.equals },
  }
}
