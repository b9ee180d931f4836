/** What the operations of Step Functions share. */
import type * as z from 'zod'
import { parseInput } from './properties'
import { AwsError, type ServiceCall } from './service'

export type Operation = (call: ServiceCall) => unknown

/** Times on the wire are seconds. */
export const seconds = (milliseconds: number) => milliseconds / 1000

export const read = <Schema extends z.ZodType>(schema: Schema, call: ServiceCall) =>
  parseInput(schema, call.input, 'ValidationException')

/** Refuses what is not an ARN of Step Functions. */
export function machineArn(arn: string): string {
  if (/^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:[^:]+(:[^:]+)?$/.test(arn)) return arn
  const why = arn.startsWith('arn:')
    ? `Resource type not valid in this context: ${arn.split(':')[5]}`
    : `Invalid ARN prefix: ${arn}`
  throw new AwsError('InvalidArn', `Invalid Arn: '${why}'`)
}
