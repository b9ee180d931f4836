/** Step Functions on a runtime of its own: real engine, real SQLite file, functions given by the test. */
import type { Json, Runtime } from '../../local/service'
import { createStepFunctions, type StepFunctions, type StepFunctionsPeers } from '../../local/step-functions'
import type { TemplateMachine } from '../../local/step-functions-machines'
import { arnOf, openRuntime, ROLE, type TestRuntime } from '../unit/local-messaging/runtime'

export const MACHINE_ROLE = 'arn:aws:iam::000000000000:role/machine'
export const FUNCTION = arnOf('lambda', 'function:step')

/** What a Lambda function throws, as Lambda documents it. */
export class FunctionError extends Error {
  constructor(readonly document: Json) {
    super(JSON.stringify(document))
  }
}

export interface Instance {
  runtime: TestRuntime
  states: StepFunctions
  sent: { queue: string; body: string }[]
  published: { bus: string; detailType: string; detail: Json }[]
  counted: Map<string, number>
  call<T = Record<string, Json>>(operation: string, input?: Record<string, Json>): Promise<T>
  /** Ends the instance as a crash would. */
  crash(): void
}

export function openInstance(
  folder: string,
  templates: TemplateMachine[],
  peers: StepFunctionsPeers = {},
  boot = true,
): Instance {
  const base = openRuntime(folder)
  const sent: Instance['sent'] = []
  const published: Instance['published'] = []
  const counted = new Map<string, number>()
  const runtime: Runtime = {
    ...base,
    async invoke(functionArn, payload) {
      const handler = base.functions.get(functionArn)
      try {
        return handler ? { payload: await handler(payload) } : await base.invoke(functionArn, payload)
      } catch (error) {
        if (error instanceof FunctionError) return { payload: error.document, functionError: 'Unhandled' }
        throw error
      }
    },
    sendMessage: (queue, body) => void sent.push({ queue, body }),
    putEvent: (bus, { detailType, detail }) => void published.push({ bus, detailType, detail }),
    count: (metric, by = 1) => void counted.set(metric, (counted.get(metric) ?? 0) + by),
  }
  const states = createStepFunctions(runtime, templates, peers)
  if (boot) states.boot()
  return {
    runtime: base,
    states,
    sent,
    published,
    counted,
    // The test knows what each operation answers.
    call: async <T>(operation: string, input = {}) => (await states.handle({ operation, input, principal: ROLE })) as T,
    crash() {
      states.close()
      base.drop()
    },
  }
}

export function machineOf(name: string, definition: unknown, more: Partial<TemplateMachine> = {}): TemplateMachine {
  return {
    arn: arnOf('states', `stateMachine:${name}`),
    name,
    definition: JSON.stringify(definition),
    roleArn: MACHINE_ROLE,
    aliases: [],
    ...more,
  }
}
