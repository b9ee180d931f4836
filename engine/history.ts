import type { Json, JsonObject } from './json'

/** One event of an execution's history. Payloads are JSON values; `awsEvent` gives the wire's form. */
export interface HistoryEvent {
  id: number
  previousEventId: number
  /** Epoch milliseconds. */
  timestamp: number
  type: string
  details?: JsonObject
}

/** Members that the service gives as JSON text, with their `…Details` beside them. */
const PAYLOADS = new Set(['input', 'output'])

/** The event as GetExecutionHistory answers it (timestamp in epoch seconds). */
export function awsEvent(event: HistoryEvent): JsonObject {
  const { id, previousEventId, type, timestamp, details } = event
  const key = detailsKey(type)
  return {
    id,
    previousEventId,
    timestamp: timestamp / 1000,
    type,
    ...(details && key && { [key]: awsDetails(details) }),
  }
}

function awsDetails(details: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const [name, value] of Object.entries(details)) {
    if (PAYLOADS.has(name)) Object.assign(result, { [name]: text(value), [`${name}Details`]: { truncated: false } })
    else if (name === 'parameters') result[name] = text(value)
    else if (name === 'assignedVariables') Object.assign(result, awsVariables(value))
    else result[name] = value
  }
  return result
}

const text = (value: Json): string => JSON.stringify(value)

function awsVariables(value: Json): JsonObject {
  const variables = Object.entries(value ?? {}).map(([name, item]) => [name, text(item)])
  return { assignedVariables: Object.fromEntries(variables), assignedVariablesDetails: { truncated: false } }
}

/** `PassStateEntered` and its kin share `stateEnteredEventDetails`; an iteration's events `mapIteration…`. */
function detailsKey(type: string): string | undefined {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails'
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails'
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`
}
