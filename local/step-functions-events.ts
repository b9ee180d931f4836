/** Status changes of executions on the default bus, in the transaction of the change that they tell of. */
import type { Runtime } from './service'
import type { ExecutionRow } from './step-functions-store'

/** Bytes of input and output together beyond which an event leaves them out. */
const MAX_PAYLOADS = 248_000

/** Puts the event that an execution has begun, or ended. */
export function announce(runtime: Runtime, row: ExecutionRow): void {
  const { arn, machine, version, alias, name, status, startedAt, stoppedAt, error, cause } = row
  const fits = Buffer.byteLength(row.input) + Buffer.byteLength(row.output ?? '') <= MAX_PAYLOADS
  const payload = (text: string | null) => (fits ? text : null)
  runtime.putEvent('default', {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machine,
      stateMachineVersionArn: version,
      stateMachineAliasArn: alias,
      name,
      status,
      startDate: startedAt,
      stopDate: stoppedAt,
      input: payload(row.input),
      inputDetails: { included: fits },
      output: payload(row.output),
      outputDetails: row.output === null ? null : { included: fits },
      error,
      cause,
    },
  })
}
