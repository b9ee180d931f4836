/** How long each step of the SOP vocabulary may take, and what happens then: held by the validator, served with the vocabulary. */

/** How long a state that takes the step may stand, and what happens then. */
export interface TimeoutPolicy {
  /** The state carries `TimeoutSeconds`: a number, or an expression that computes it from an anchor. */
  timeoutSeconds: 'REQUIRED'
  usualSeconds: number
  atMostSeconds: number
  /**
   * RETRY: the call is made again. RAISE_EXCEPTION: the way on raises an exception that concerns the step, and leads back to
   * it with `waitSeconds`. LOOK_AGAIN: the way on leads back to the step itself, which looks whether its moment has passed.
   */
  atTimeout: 'RETRY' | 'RAISE_EXCEPTION' | 'LOOK_AGAIN'
}

/** `called`: the state goes on with the answer of the step; `held`: the step has a token, and the state is held until it is settled. */
export interface StepTimeouts {
  called?: TimeoutPolicy
  held?: TimeoutPolicy
}

const DAY = 24 * 3600
const called: TimeoutPolicy = {
  timeoutSeconds: 'REQUIRED',
  usualSeconds: 60,
  atMostSeconds: 900,
  atTimeout: 'RETRY',
}
/** An execution lasts a year at most. */
const held = (usualDays: number, atTimeout: TimeoutPolicy['atTimeout'] = 'RAISE_EXCEPTION'): TimeoutPolicy => ({
  timeoutSeconds: 'REQUIRED',
  usualSeconds: usualDays * DAY,
  atMostSeconds: 365 * DAY,
  atTimeout,
})

export const STEP_TIMEOUTS = {
  assignTask: { called, held: held(2) },
  approve: { held: held(2) },
  requestDocument: { called, held: held(5) },
  awaitDocument: { held: held(5) },
  requireConsistentDocuments: { held: held(3) },
  awaitMilestone: { held: held(7) },
  waitUntil: { held: held(30, 'LOOK_AGAIN') },
  recordMilestone: { called },
  screenParties: { called, held: held(1) },
  startSubProcess: { called, held: held(30) },
  addCharge: { called },
  raiseException: { called },
  notify: { called },
  completeShipment: { called },
} as const satisfies Record<string, StepTimeouts>
