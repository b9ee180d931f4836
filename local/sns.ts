/** SNS topics: what is published goes to the subscribed queues and functions. Published by services of the runtime, not over the wire. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { createDeliveries } from './deliveries'
import { compilePattern } from './event-pattern'
import { rendered } from './input-template'
import { Flag, Ignored, JsonObject, parseProperties } from './properties'
import { AwsError, type Json, type Resource, type Runtime } from './service'
import { type Pending, transact } from './sql'
import type { Queues } from './sqs-queues'

const Protocol = z.enum(['sqs', 'lambda'])
const RedrivePolicy = z.strictObject({ deadLetterTargetArn: z.string() })

const TopicProperties = z.strictObject({
  TopicName: z.string().optional(),
  DisplayName: Ignored,
  KmsMasterKeyId: Ignored,
  TracingConfig: Ignored,
  Tags: Ignored,
  Subscription: z.array(z.strictObject({ Endpoint: z.string(), Protocol })).default([]),
})

const SubscriptionProperties = z.strictObject({
  TopicArn: z.string(),
  Endpoint: z.string(),
  Protocol,
  RawMessageDelivery: Flag.default(false),
  FilterPolicy: JsonObject.optional(),
  FilterPolicyScope: z.enum(['MessageAttributes', 'MessageBody']).default('MessageAttributes'),
  RedrivePolicy: RedrivePolicy.optional(),
  Region: Ignored,
})

/** Attributes of a message by name. */
export type MessageAttributes = Record<string, { Type: 'String' | 'String.Array' | 'Number'; Value: string }>

export interface Publication {
  subject?: string | undefined
  attributes?: MessageAttributes | undefined
}

export interface Sns {
  /** Stores the deliveries in the transaction that is open, or in its own; answers the message's id. Throws NotFound. */
  publish(topicArn: string, message: string, publication?: Publication): string
  boot(): void
  close(): void
  pending(): Pending
}

interface Subscription {
  arn: string
  endpoint: string
  raw: boolean
  deadLetterArn: string | undefined
  takes(message: string, attributes: MessageAttributes): boolean
}

/** The AWS::SNS::Topic and ::Subscription resources of the template. */
export function createSns(
  runtime: Runtime,
  resources: { topics: Resource[]; subscriptions: Resource[] },
  peers: { queues: Queues },
): Sns {
  const deliveries = createDeliveries(runtime, 'sns', peers)
  const topics = new Map<string, Subscription[]>()
  for (const resource of resources.topics) {
    const { Subscription: subscriptions } = parseProperties(TopicProperties, resource)
    const inline = subscriptions.map((one) =>
      subscriptionOf({ ...SUBSCRIPTION_DEFAULTS, ...one, TopicArn: resource.arn }),
    )
    topics.set(resource.arn, inline)
  }
  for (const resource of resources.subscriptions) {
    const properties = parseProperties(SubscriptionProperties, resource)
    subscribersOf(properties.TopicArn).push(subscriptionOf(properties))
  }

  function subscribersOf(topicArn: string): Subscription[] {
    const found = topics.get(topicArn)
    if (!found) throw new AwsError('NotFound', 'Topic does not exist', 404)
    return found
  }

  function publish(topicArn: string, message: string, { subject, attributes = {} }: Publication = {}): string {
    const id = randomUUID()
    const Timestamp = new Date(runtime.clock.now()).toISOString()
    const notification = {
      Type: 'Notification',
      MessageId: id,
      TopicArn: topicArn,
      ...(subject === undefined ? {} : { Subject: subject }),
      Message: message,
      Timestamp,
      SignatureVersion: '1',
      Signature: '',
      SigningCertURL: '',
      UnsubscribeURL: '',
      ...(Object.keys(attributes).length > 0 ? { MessageAttributes: attributes } : {}),
    }
    transact(runtime.state, () => {
      for (const subscription of subscribersOf(topicArn)) {
        if (!subscription.takes(message, attributes)) continue
        const { endpoint: arn, deadLetterArn } = subscription
        const input = inputFor(subscription, notification)
        deliveries.add({ arn, deadLetterArn }, input, subscription.arn)
      }
    })
    return id
  }

  return { publish, boot: deliveries.boot, close: deliveries.close, pending: deliveries.pending }
}

const SUBSCRIPTION_DEFAULTS = { RawMessageDelivery: false, FilterPolicyScope: 'MessageAttributes' as const }

function subscriptionOf(properties: Omit<z.output<typeof SubscriptionProperties>, 'Region'>): Subscription {
  const { FilterPolicy: policy, FilterPolicyScope: scope } = properties
  const matches = policy && compilePattern(policy)
  return {
    arn: `${properties.TopicArn}:${properties.Endpoint.split(':').at(-1)}`,
    endpoint: properties.Endpoint,
    raw: properties.RawMessageDelivery,
    deadLetterArn: properties.RedrivePolicy?.deadLetterTargetArn,
    takes: (message, attributes) =>
      !matches || matches(scope === 'MessageBody' ? rendered(message) : filterable(attributes)),
  }
}

/** Attributes as a filter policy sees them. */
function filterable(attributes: MessageAttributes): Json {
  const entries = Object.entries(attributes).map(([name, { Type, Value }]) => {
    return [name, Type === 'String' ? Value : rendered(Value)]
  })
  return Object.fromEntries(entries)
}

/** What a queue finds in its message, or a function in its event. */
function inputFor(subscription: Subscription, notification: Record<string, Json> & { Message: string }): string {
  if (!subscription.endpoint.includes(':lambda:')) {
    return subscription.raw ? notification.Message : JSON.stringify(notification)
  }
  const { SigningCertURL, UnsubscribeURL, ...rest } = notification
  const Sns = {
    ...rest,
    Subject: notification.Subject ?? null,
    SigningCertUrl: SigningCertURL ?? '',
    UnsubscribeUrl: UnsubscribeURL ?? '',
    MessageAttributes: notification.MessageAttributes ?? {},
  }
  const record = { EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn, Sns }
  return JSON.stringify({ Records: [record] })
}
