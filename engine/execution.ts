import type { HistoryEvent } from './history'
import type { Json, JsonObject } from './json'

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

/** One execution, as plain JSON: what a host persists between steps. It holds no part of the definition. */
export interface Execution {
  status: Status
  /** The unchanging part of the context object. */
  context: { Execution: ExecutionContext; StateMachine: { Id: string; Name: string } }
  /** Epoch milliseconds of the last step; time never runs backwards from it. */
  now: number
  /** State of the seeded generator. */
  seed: number
  /** Number of the last history event. */
  events: number
  /** Number of the last task. */
  tasks: number
  /** States entered and retries, as Standard workflows are billed. */
  transitions: number
  /** When the whole execution times out, where the machine has TimeoutSeconds. */
  deadline?: number
  /** The next moment at which something happens by itself. */
  wakeAt?: number
  /** Where control stands; absent once the execution has ended. */
  root?: Thread
  output?: Json
  error?: string
  cause?: string
}

export interface ExecutionContext {
  Id: string
  Input: Json
  Name: string
  RoleArn: string
  /** ISO 8601. */
  StartTime: string
  RedriveCount?: number
}

/** One path of control through a flow: the execution itself, a branch, or an iteration. */
export interface Thread {
  state: string
  /** The state's input before any processing. */
  input: Json
  entered: number
  /** Number of the state's entered event, of the event before it, and of the thread's last event. */
  enteredId: number
  before: number
  last: number
  variables?: Record<string, Json>
  /** Attempts used of each retrier of the current state. */
  attempts?: number[]
  block?: Block
}

/** What a thread waits for. Times are epoch milliseconds. */
export type Block = TaskBlock | { on: 'time'; at: number } | { on: 'retry'; at: number } | Branches | Items

export interface TaskBlock {
  on: 'task'
  task: number
  /** The service has accepted the request of a callback or .sync task. */
  submitted?: true
  timeoutAt?: number
  /** Heartbeat interval in seconds, and when it runs out. */
  heartbeat?: number
  beatBy?: number
}

export interface Branches {
  on: 'branches'
  branches: Branch[]
}
export type Branch = { thread: Thread } | { output: Json }

export interface Items {
  on: 'items'
  items: Json[]
  /** Index of the first item that has not been started. */
  next: number
  concurrency: number
  running: Iteration[]
  outputs: Json[]
  /** Indexes of the iterations that failed and were tolerated. */
  failures: number[]
  tolerated?: { count?: number; percentage?: number }
}
export interface Iteration {
  index: number
  thread: Thread
}

/** What happened outside. Unknown and stale tasks are ignored, so that a host may deliver an event twice. */
export type ExecutionEvent =
  | { type: 'time' }
  /** The service accepted the request of a callback or .sync task, which goes on. */
  | { type: 'taskSubmitted'; task: number; output: Json }
  | { type: 'taskSucceeded'; task: number; output: Json }
  | { type: 'taskFailed'; task: number; error?: string; cause?: string }
  | { type: 'taskHeartbeat'; task: number }
  | { type: 'activityStarted'; task: number; worker?: string }
  | { type: 'stop'; error?: string; cause?: string }

/** What the host has to do. It persists the execution with its effects before it acts on any. */
export type Effect =
  | TaskEffect
  /** The task's answer is no longer wanted: its branch or the execution has ended, or it timed out. */
  | { type: 'cancel'; task: number }
  /** Send a `time` event at this moment; replaces an earlier timer. */
  | { type: 'timer'; at: number }
  | { type: 'succeed'; output: Json }
  | { type: 'fail'; status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; error?: string; cause?: string }

export interface TaskEffect {
  type: 'task'
  task: number
  resource: string
  /** As in the resource ARN: `lambda` and `invoke`, `aws-sdk:dynamodb` and `putItem`, `lambda` or `activity` and ''. */
  service: string
  action: string
  pattern: 'request' | 'sync' | 'callback'
  arguments: Json
  /** For a callback: what SendTaskSuccess will name. */
  token?: string
  timeoutAt?: number
  heartbeatSeconds?: number
  credentials?: JsonObject
}

export interface Step {
  execution: Execution
  effects: Effect[]
  history: HistoryEvent[]
  /** Names of the states that were entered, in order; those of a distributed Map's children too. */
  entered: string[]
}

/** What a host gives each step: the time, and how it names a task to the outside. */
export interface Clock {
  /** Epoch milliseconds. */
  now: number
  /** The token of a task; by default the execution's id and the task's number. Must depend on its arguments alone. */
  token?(executionId: string, task: number): string
  /** false spares a simulator the history events. */
  history?: boolean
}
