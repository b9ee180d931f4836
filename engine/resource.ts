/** What a Task's Resource ARN asks for. */
export interface Resource {
  arn: string
  kind: 'lambda' | 'activity' | 'service'
  /** `lambda`, `sqs`, `aws-sdk:dynamodb` … for a service; the history calls it resourceType. */
  service: string
  /** `invoke`, `sendMessage.waitForTaskToken` … for a service. */
  action: string
  /** `callback` waits for the token; `sync` for the job; `request` for the answer alone. */
  pattern: 'request' | 'sync' | 'callback'
}

export function parseResource(arn: string): Resource {
  const integration = /^arn:[^:]*:states:[^:]*:[^:]*:(?!activity:)(.+?):([^:]+(?::2)?)$/.exec(arn)
  if (integration) {
    const [, service = '', action = ''] = integration
    return { arn, kind: 'service', service, action, pattern: patternOf(action) }
  }
  const kind = /^arn:[^:]*:states:[^:]*:[^:]*:activity:/.test(arn) ? 'activity' : 'lambda'
  return { arn, kind, service: kind, action: '', pattern: 'request' }
}

function patternOf(action: string): Resource['pattern'] {
  if (action.endsWith('.waitForTaskToken')) return 'callback'
  return /\.sync(:2)?$/.test(action) ? 'sync' : 'request'
}
