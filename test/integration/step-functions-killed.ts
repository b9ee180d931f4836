/** A process that runs executions until it is killed: `step-functions-killed.ts FOLDER FIRST`. */
import { FUNCTION, type Instance, machineOf, openInstance } from './step-functions-instance'

/** Each execution waits for a token, then for a timer, then runs two branches; every call is written down. */
export const machine = machineOf('killed', {
  QueryLanguage: 'JSONata',
  StartAt: 'Await',
  States: {
    Await: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: {
        FunctionName: FUNCTION,
        Payload: { n: '{% $states.input.n %}', step: 'await', token: '{% $states.context.Task.Token %}' },
      },
      TimeoutSeconds: 600,
      Output: { n: '{% $states.input.n %}', waited: '{% $states.result %}' },
      Next: 'Pause',
    },
    Pause: { Type: 'Wait', Seconds: 1, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: ['left', 'right'].map((step) => ({
        StartAt: step,
        States: {
          [step]: {
            Type: 'Task',
            Resource: FUNCTION,
            Arguments: { n: '{% $states.input.n %}', step },
            End: true,
          },
        },
      })),
      Output: '{% { "n": $states.input.n, "waited": $states.input.waited, "sides": $states.result } %}',
      End: true,
    },
  },
})

interface Payload {
  n: number
  step: string
  token?: string
}

export function startInstance(folder: string): Instance {
  const instance = openInstance(folder, [machine], {}, false)
  const { runtime, states } = instance
  runtime.state.exec('CREATE TABLE IF NOT EXISTS calls (n INTEGER NOT NULL, step TEXT NOT NULL)')
  const note = runtime.state.prepare('INSERT INTO calls VALUES (?, ?)')
  runtime.functions.set(FUNCTION, async (payload) => {
    const { n, step, token } = payload as unknown as Payload
    note.run(n, step)
    if (token === undefined) return step
    // The answer of a callback comes from elsewhere, a little later; by then the process may be another one.
    setImmediate(() => {
      const input = { taskToken: token, output: JSON.stringify(n * 2) }
      states.handle({ operation: 'SendTaskSuccess', input, principal: { roleArn: 'test' } }).catch(() => {})
    })
    return null
  })
  states.boot()
  return instance
}

async function run(folder: string, first: number): Promise<void> {
  const { call } = startInstance(folder)
  for (let n = first; ; n++) {
    await call('StartExecution', { stateMachineArn: machine.arn, name: `n${n}`, input: JSON.stringify({ n }) })
    process.stdout.write(`${n}\n`)
  }
}

if (process.argv[1]?.endsWith('step-functions-killed.ts')) {
  run(process.argv[2] ?? '', Number(process.argv[3])).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
}
