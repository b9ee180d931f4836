/** The process that the crash test kills: puts events without end, and says the number of each once PutEvents has answered. */
import { createEventBridge } from '../../../local/event-bridge'
import type { Json } from '../../../local/service'
import { createSqs } from '../../../local/sqs'
import { arnOf, openRuntime, ROLE, resource } from './runtime'

const QUEUE = arnOf('sqs', 'work')
const FUNCTION = arnOf('lambda', 'function:work')
const NOTIFY = arnOf('lambda', 'function:notify')

/** Events to a queue and its function, and to a function at once; both note in the database what they were given. */
export function startInstance(folder: string) {
  const runtime = openRuntime(folder)
  runtime.state.exec('CREATE TABLE IF NOT EXISTS applied (who TEXT, n INTEGER, PRIMARY KEY (who, n))')
  const apply = (who: string, n: number) =>
    runtime.state.prepare('INSERT OR IGNORE INTO applied VALUES (?, ?)').run(who, n)
  runtime.functions.set(FUNCTION, (payload) => {
    for (const { body } of (payload as { Records: Array<{ body: string }> }).Records) {
      apply('queue', JSON.parse(body).detail.n)
    }
    return null
  })
  runtime.functions.set(NOTIFY, (payload) => {
    apply('function', (payload as { detail: { n: number } }).detail.n)
    return null
  })
  const sqs = createSqs(runtime, {
    queues: [resource('AWS::SQS::Queue', QUEUE, {})],
    mappings: [
      resource('AWS::Lambda::EventSourceMapping', 'mapping', { EventSourceArn: QUEUE, FunctionName: FUNCTION }),
    ],
  })
  const rule = resource('AWS::Events::Rule', arnOf('events', 'rule/all'), {
    EventPattern: { source: ['test'] },
    Targets: [QUEUE, NOTIFY].map((Arn, at) => ({ Id: `${at}`, Arn })),
  })
  const events = createEventBridge(runtime, { buses: [], rules: [rule], archives: [] }, { queues: sqs.queues })
  sqs.boot()
  events.boot()
  return { runtime, sqs, events }
}

async function putForEver(folder: string, from: number): Promise<never> {
  const { events } = startInstance(folder)
  for (let n = from; ; n++) {
    const input: Record<string, Json> = {
      Entries: [{ Source: 'test', DetailType: 'n', Detail: JSON.stringify({ n }) }],
    }
    await events.handle({ operation: 'PutEvents', input, principal: ROLE })
    process.stdout.write(`${n}\n`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const [, script = '', folder = '', from = '0'] = process.argv
if (script.endsWith('killed-process.ts')) void putForEver(folder, Number(from))
