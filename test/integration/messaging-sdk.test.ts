import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { createEventBridge } from '../../local/event-bridge'
import { AwsError, type JsonService } from '../../local/service'
import { createSqs, type Sqs } from '../../local/sqs'
import {
  arnOf,
  cleanUp,
  newFolder,
  openRuntime,
  REGION,
  ROLE,
  resource,
  type TestRuntime,
} from '../unit/local-messaging/runtime'

const QUEUE = arnOf('sqs', 'work')

let runtime: TestRuntime
let server: Server
let sqs: Sqs
let queueClient: SQSClient
let eventClient: EventBridgeClient
let QueueUrl: string

/** The JSON protocols, as far as a client needs them. */
function serve(services: JsonService[]): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const [target, operation = ''] = String(request.headers['x-amz-target']).split('.')
      const service = services.find((one) => one.target === target)
      const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
      try {
        const input = JSON.parse(Buffer.concat(chunks).toString())
        answer(200, await service?.handle({ operation, input, principal: ROLE }))
      } catch (error) {
        if (error instanceof AwsError) answer(error.status, { __type: error.code, message: error.message })
        else answer(500, { message: String(error) })
      }
    })
  })
}

beforeAll(async () => {
  runtime = openRuntime(newFolder())
  const services: JsonService[] = []
  server = serve(services)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server's address is no pipe
  const endpoint = `http://127.0.0.1:${port}`
  QueueUrl = `${endpoint}/000000000000/work`
  sqs = createSqs(runtime, { queues: [resource('AWS::SQS::Queue', QUEUE, {}, QueueUrl)], mappings: [] })
  const rule = resource('AWS::Events::Rule', arnOf('events', 'rule/all'), {
    EventPattern: { source: ['portolan'] },
    Targets: [{ Id: 'a', Arn: QUEUE }],
  })
  const events = createEventBridge(runtime, { buses: [], rules: [rule], archives: [] }, { queues: sqs.queues })
  services.push(sqs, events)
  const options = { endpoint, region: REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
  queueClient = new SQSClient(options)
  eventClient = new EventBridgeClient(options)
})
afterAll(async () => {
  queueClient.destroy()
  eventClient.destroy()
  sqs.close()
  await new Promise((resolve) => server.close(resolve))
  runtime.drop()
  cleanUp()
})

test('the SDK sends, receives and deletes messages', async () => {
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'k' } }
  const sent = await queueClient.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ä', MessageAttributes }))
  const Entries = ['1', '2'].map((Id) => ({ Id, MessageBody: Id }))
  const batch = await queueClient.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
  expect(batch.Successful?.map(({ Id }) => Id)).toEqual(['1', '2'])
  const { Messages = [] } = await queueClient.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  )
  expect(Messages[0]).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'ä',
    MessageAttributes,
    Attributes: { ApproximateReceiveCount: '1' },
  })
  expect(Messages).toHaveLength(3)
  const handles = Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }))
  await queueClient.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }))
  const { Attributes } = await queueClient.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' })
})

test('the SDK sees the errors of SQS by their names', async () => {
  const missing = new SendMessageCommand({ QueueUrl: `${QueueUrl}-none`, MessageBody: 'x' })
  await expect(queueClient.send(missing)).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
})

test('the SDK puts events, and sees which of them failed', async () => {
  const entry = { Source: 'portolan', DetailType: 'fact', Time: new Date('2026-11-22T10:00:00Z') }
  const answer = await eventClient.send(
    new PutEventsCommand({
      Entries: [
        { ...entry, Detail: '{"n":1}' },
        { ...entry, Detail: 'no' },
      ],
    }),
  )
  expect(answer).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ EventId: expect.any(String) }, { ErrorCode: 'MalformedDetail' }],
  })
  const { Messages = [] } = await queueClient.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }))
  expect(JSON.parse(Messages[0]?.Body ?? '')).toMatchObject({ time: '2026-11-22T10:00:00Z', detail: { n: 1 } })
})
