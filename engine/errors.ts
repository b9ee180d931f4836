/**
 * An error inside an execution, under its Amazon States Language name.
 *
 * - `task`: reported by the outside (a task, a Fail state); Retry and Catch apply.
 * - `query`: a JSONata expression failed; Retry and Catch apply, and the history gets an `EvaluationFailed`.
 * - `runtime`: the definition does not fit the data (`States.Runtime`); AWS fails the execution whatever Catch says,
 *   unless Catch or Retry names `catchableAs`.
 */
export class StateError extends Error {
  readonly kind: 'task' | 'query' | 'runtime'
  readonly detail: string | undefined
  /** For a query: the field that failed, e.g. `Output/total`. */
  readonly location: string | undefined
  /** A further name that ErrorEquals may use for this error. */
  readonly alias: string | undefined
  /** Set once `detail` says in which state the error arose. */
  located: boolean

  constructor(
    readonly error: string | undefined,
    detail: string | undefined,
    more: { kind?: 'task' | 'query' | 'runtime'; location?: string; alias?: string; located?: boolean } = {},
  ) {
    super(detail ?? error ?? '')
    this.detail = detail
    this.kind = more.kind ?? 'task'
    this.location = more.location
    this.alias = more.alias
    this.located = more.located ?? this.kind === 'task'
  }

  /** The same error with the sentence that AWS puts in front of what went wrong inside a state. */
  in(state: string, enteredEventId: number): StateError {
    if (this.located) return this
    const where = `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}).`
    return new StateError(this.error, `${where} ${this.detail}`, {
      kind: this.kind,
      located: true,
      ...(this.location !== undefined && { location: this.location }),
      ...(this.alias !== undefined && { alias: this.alias }),
    })
  }
}

export const runtimeError = (detail: string, alias?: string): StateError =>
  new StateError('States.Runtime', detail, { kind: 'runtime', ...(alias !== undefined && { alias }) })

export const queryError = (detail: string, location?: string): StateError =>
  new StateError('States.QueryEvaluationError', detail, { kind: 'query', ...(location !== undefined && { location }) })

/** Does one name of an ErrorEquals match? Wildcards as documented: ALL does not catch Runtime, TaskFailed not Timeout. */
export function errorMatches(name: string, error: StateError): boolean {
  if (name === error.error && error.kind !== 'runtime') return true
  if (error.alias !== undefined && name === error.alias) return true
  if (error.kind === 'runtime') return false
  if (name === 'States.ALL') return error.error !== 'States.Runtime'
  return name === 'States.TaskFailed' && error.error !== 'States.Timeout'
}

/** An intrinsic function refused its arguments; the caller adds which function and where. */
export class IntrinsicError extends Error {}
