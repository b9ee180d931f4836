/** The process that the crash test of S3 kills: a bucket whose events go to a queue. Says its URL once it listens. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEventBridge } from '../../../local/event-bridge'
import { createS3 } from '../../../local/s3'
import { createQueues } from '../../../local/sqs-queues'
import { arnOf, openRuntime, ROLE, resource } from './runtime'

export const QUEUE = arnOf('sqs', 'uploads')

export async function startBucket(folder: string) {
  const runtime = openRuntime(folder)
  const queues = createQueues(runtime, [resource('AWS::SQS::Queue', QUEUE, {})])
  const rule = resource('AWS::Events::Rule', arnOf('events', 'rule/uploads'), {
    EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'] },
    Targets: [{ Id: 'a', Arn: QUEUE, InputPath: '$.detail.object' }],
  })
  const events = createEventBridge(runtime, { buses: [], rules: [rule], archives: [] }, { queues })
  const bucket = resource('AWS::S3::Bucket', 'arn:aws:s3:::documents', {
    NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
  })
  const signerOf = () => ({ secret: 'secret', principal: ROLE })
  const s3 = createS3(runtime, { buckets: [bucket], notifications: [] }, { events, signerOf })
  s3.boot()
  const server: Server = createServer((request, response) => void s3.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server's address is no pipe
  return { runtime, queues, server, url: `http://127.0.0.1:${port}/documents` }
}

const [, script = '', folder = ''] = process.argv
if (script.endsWith('killed-s3.ts')) void startBucket(folder).then(({ url }) => process.stdout.write(`${url}\n`))
