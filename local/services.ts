/** Makes the services that the template asks for, and gives each the peers it needs. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createEventBridge, type EventBridge } from './event-bridge'
import { createMalwareScan } from './malware-scan'
import { createPipes } from './pipes'
import { nameOf } from './properties'
import { createS3 } from './s3'
import type { SignerOf } from './s3-request'
import { createScheduler } from './scheduler'
import { AwsError, type Json, type JsonService, type Resource, type Runtime, type StreamSource } from './service'
import { createSns } from './sns'
import { createSqs } from './sqs'
import { createStepFunctions } from './step-functions'
import { templateMachines } from './step-functions-template'
import { createTextract } from './textract/service'

export interface Services extends Pick<Runtime, 'putEvent' | 'sendMessage' | 'startExecution'> {
  /** What the gateway serves by X-Amz-Target. */
  json: JsonService[]
  queues(): { name: string; ready: number; inFlight: number; delayed: number }[]
  stopExecution(executionArn: string, error?: string, cause?: string): Promise<void>
  files(request: IncomingMessage, response: ServerResponse): Promise<void>
  isFile(request: IncomingMessage): boolean
  /** Resumes what was under way when the runtime last stopped. */
  boot(): void
  close(): Promise<void>
}

export function createServices(
  runtime: Runtime,
  ofType: (...types: string[]) => Resource[],
  streams: StreamSource,
  signerOf: SignerOf,
): Services {
  const queueResources = ofType('AWS::SQS::Queue')
  const sqs = createSqs(runtime, { queues: queueResources, mappings: ofType('AWS::Lambda::EventSourceMapping') })
  const { queues } = sqs
  const topics = { topics: ofType('AWS::SNS::Topic'), subscriptions: ofType('AWS::SNS::Subscription') }
  const sns = createSns(runtime, topics, { queues })
  const publish = (topicArn: string, message: string) => void sns.publish(topicArn, message)
  const events = createEventBridge(
    runtime,
    {
      buses: ofType('AWS::Events::EventBus'),
      rules: ofType('AWS::Events::Rule'),
      archives: ofType('AWS::Events::Archive'),
    },
    { queues, publish },
  )
  const pipes = createPipes(runtime, ofType('AWS::Pipes::Pipe'), { streams, events, queues })
  const buckets = { buckets: ofType('AWS::S3::Bucket'), notifications: ofType('Custom::S3BucketNotifications') }
  // The scan hears of objects as GuardDuty does, which makes itself a rule on the default bus.
  const heard: Pick<EventBridge, 'put'> = {
    put(bus, event) {
      scan.hear(event)
      return events.put(bus, event)
    },
  }
  const s3 = createS3(runtime, buckets, { events: heard, signerOf })
  const scan = createMalwareScan(runtime, ofType('AWS::GuardDuty::MalwareProtectionPlan'), { s3, events })
  const machines = createStepFunctions(
    runtime,
    templateMachines({
      machines: ofType('AWS::StepFunctions::StateMachine'),
      versions: ofType('AWS::StepFunctions::StateMachineVersion'),
      aliases: ofType('AWS::StepFunctions::StateMachineAlias'),
    }),
    { callService: (service, action, args, roleArn) => callService(json, service, action, args, roleArn) },
  )
  const scheduler = createScheduler(runtime, ofType('AWS::Scheduler::Schedule'), { events, queues, publish })
  const textract = createTextract(runtime, { getObject: s3.getObject, publish })
  const json = [sqs, events, machines, textract]
  const parts = [s3, machines, sns, sqs, events, scheduler, pipes, textract, scan]
  return {
    json,
    putEvent: (busArn, event) => void events.put(busArn, event),
    sendMessage: (queueArn, body) => void queues.send(queueArn, body),
    startExecution: machines.startExecution,
    stopExecution: machines.stopExecution,
    queues: () =>
      queueResources.map(({ arn }) => {
        const { ready, held, invisible, delayed } = queues.counts(arn)
        return { name: nameOf(arn), ready, inFlight: held + invisible, delayed }
      }),
    files: s3.handle,
    isFile: s3.serves,
    boot: () => {
      for (const part of parts) part.boot()
    },
    async close() {
      for (const part of parts) await part.close()
    },
  }
}

/** A machine calls a service as an SDK would: by name and operation, with its own role. */
async function callService(
  services: JsonService[],
  service: string,
  action: string,
  input: { [key: string]: Json },
  roleArn: string,
): Promise<Json> {
  const found = services.find(({ iam, target }) => iam === service || target.toLowerCase().includes(service))
  if (found === undefined) throw new AwsError('UnsupportedServiceException', `Machines cannot call ${service} here`)
  const answer = await found.handle({
    operation: action.charAt(0).toUpperCase() + action.slice(1),
    input,
    principal: { roleArn },
  })
  return JSON.parse(JSON.stringify(answer ?? {}))
}
