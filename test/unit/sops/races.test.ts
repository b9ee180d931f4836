/**
 * Every interleaving of a step that waits, of whoever records what it waits for, and of the signal that follows, with a
 * crash at any point: the token that the machine holds is always answered, and no wait is left behind.
 */

import type { ShipmentState } from '../../../functions/shipments/store'
import { decidePin } from '../../../functions/sops/domain/catalogue'
import { decideRestart, isOver, pinOf, runName } from '../../../functions/sops/domain/runs'
import { decideStep } from '../../../functions/sops/domain/steps'
import { settledWaits, waitOf } from '../../../functions/sops/domain/waits'
import { decideOwnMilestone } from '../../../functions/tracking/own-events'
import { SopStep } from '../../../schemas/sop'
import type { Wait } from '../../../schemas/wait'
import { aShipment, ORDERED } from '../../support/shipments'
import { committed, verifiedDocument } from '../../support/sop-world'

/** Each `yield` ends one atomic operation; between two of them others may run, or the process may crash. */
type Process = Generator<void, void>

class System {
  state: ShipmentState = aShipment()
  readonly answered = new Set<string>()
  /** The token that the machine holds now: a step that crashed is called again with another. */
  token = 0

  register(wait: Wait) {
    this.state = { ...this.state, waits: [...this.state.waits.filter((it) => it.stepKey !== wait.stepKey), wait] }
  }
  end(wait: Wait) {
    this.state = { ...this.state, waits: this.state.waits.filter((it) => it.token !== wait.token) }
  }
  *release(wait: Wait): Process {
    this.answered.add(wait.token)
    yield
    this.end(wait)
    yield
  }
}

interface Scenario {
  step: object
  record: (system: System) => void
}

const commit = (decide: (state: ShipmentState) => Parameters<typeof committed>[1]) => (system: System) => {
  system.state = committed(system.state, decide(system.state), ORDERED)
}

const SCENARIOS: Record<string, Scenario> = {
  'a milestone': {
    step: { step: 'awaitMilestone', milestone: 'LOADED' },
    record: commit((state) => decideOwnMilestone(state, { milestone: 'LOADED', eventId: 'e', at: ORDERED }, ORDERED)),
  },
  'a document': {
    step: { step: 'requestDocument', documentType: '380', from: 'CZ', due: { anchor: 'DCO' } },
    record: commit((state) => verifiedDocument(state.header.shipmentId, '380', ORDERED)),
  },
  'a task that a milestone makes needless': {
    step: { step: 'assignTask', role: 'OPERATIONS', title: 'VGM', due: { anchor: 'VCO' }, records: 'VGM_SUBMITTED' },
    record: commit((state) => {
      const done = state.tasks.map((task) => ({ ...task, status: 'COMPLETED' as const }))
      const report = { milestone: 'VGM_SUBMITTED' as const, eventId: 'e', at: ORDERED }
      return { ...decideOwnMilestone(state, report, ORDERED), tasks: done }
    }),
  },
  'one of several milestones': {
    step: { step: 'awaitMilestone', milestone: 'DELIVERED', or: ['DELIVERY_FAILED'] },
    record: commit((state) =>
      decideOwnMilestone(state, { milestone: 'DELIVERY_FAILED', eventId: 'e', at: ORDERED }, ORDERED),
    ),
  },
  'the end of a sub-process': {
    step: { step: 'startSubProcess', sop: 'domestic-road' },
    record: commit(() => ({ facts: [{ type: 'subprocess.ended', data: { stepKey: 'a-step' } }] })),
  },
  'a moment that has passed': {
    step: { step: 'waitUntil', due: { anchor: 'ETD' } },
    record: commit(() => ({
      facts: [{ type: 'moment.passed', data: { stepKey: 'a-step', at: ORDERED, basis: 'ETD' } }],
    })),
  },
}

/** As `functions/sops/tasks.ts` does it; `late` registers the wait after reading, as it must not be done. */
function* stepProcess(system: System, { step }: Scenario, late: boolean): Process {
  system.token += 1
  const { tenantId, shipmentId } = { tenantId: 'demo', shipmentId: system.state.header.shipmentId }
  const parsed = SopStep.parse({ ...step, key: 'a-step', tenantId, shipmentId, token: `t${system.token}` })
  const wait = waitOf(parsed, ORDERED)
  if (!wait) throw new Error('waits for nothing')
  if (!late) {
    system.register(wait)
    yield
  }
  const { decision, answer } = decideStep(parsed, system.state, { now: ORDERED, denied: [] })
  system.state = committed(system.state, decision, ORDERED)
  yield
  if (late) {
    system.register(wait)
    yield
  }
  if (answer.settled) yield* system.release(wait)
}

/** As `functions/sops/reactions.ts` does it, once the entry is committed. */
function* recorder(system: System, { record }: Scenario): Process {
  record(system)
  yield
  yield* signal(system)
}

function* signal(system: System): Process {
  const settled = settledWaits(system.state)
  yield
  for (const { wait } of settled) yield* system.release(wait)
}

/**
 * Runs one schedule: a list of choices, 0 the step and 1 the recorder, each + 2 to crash that process after its
 * operation. A crashed step is called again by its machine, a crashed signal is delivered again by the queue.
 */
function run(scenario: Scenario, schedule: readonly number[], late: boolean): System {
  const system = new System()
  const processes = [stepProcess(system, scenario, late), recorder(system, scenario)]
  const turn = (which: number) => processes[which]?.next().done === true
  let recorded = false
  for (const choice of schedule) {
    const which = choice % 2
    turn(which)
    recorded ||= which === 1
    if (choice < 2) continue
    processes[which] = which === 0 ? stepProcess(system, scenario, late) : signal(system)
  }
  while (!turn(0)) {}
  if (!recorded) turn(1)
  while (!turn(1)) {}
  return system
}

/** Every schedule of so many turns in which at most one turn ends in a crash. */
function* schedules(turns: number, crashes = 1): Generator<number[]> {
  if (turns === 0) return yield []
  for (const choice of crashes > 0 ? [0, 1, 2, 3] : [0, 1])
    for (const rest of schedules(turns - 1, crashes - (choice >= 2 ? 1 : 0))) yield [choice, ...rest]
}

const held = (system: System) => system.answered.has(`t${system.token}`)
const TURNS = 7

describe.each(Object.entries(SCENARIOS))('waiting for %s', (_, scenario) => {
  it('ends in every interleaving, with a crash at any point', () => {
    let count = 0
    for (const schedule of schedules(TURNS)) {
      const system = run(scenario, schedule, false)
      if (!held(system) || system.state.waits.length > 0) throw new Error(`Lost in ${schedule}`)
      count += 1
    }
    expect(count).toBe(2 ** TURNS + TURNS * 2 ** TURNS)
  })

  it('would be lost if the wait were registered after the shipment is read', () => {
    const lost = [...schedules(4, 0)].filter((schedule) => !held(run(scenario, schedule, true)))
    expect(lost.length).toBeGreaterThan(0)
  })
})

/** One shipment's state, two runs of its SOP: each wait stands under its step's key with the run that registered it. */
class Runs extends System {
  private readonly registeredBy = new Map<string, number>()
  /** Token of the newest call of the second run's step. */
  held = ''
  /** Facts that the first run wrote after the second was pinned. */
  strays = 0

  get pinned() {
    return this.state.header.sop?.run ?? 1
  }
  /** As the condition of `registerWait`. */
  tryRegister(wait: Wait, run: number): boolean {
    const standing = this.state.waits.some((it) => it.stepKey === wait.stepKey)
    if (standing && (this.registeredBy.get(wait.stepKey) ?? 0) > run) return false
    this.registeredBy.set(wait.stepKey, run)
    this.register(wait)
    return true
  }
}

const FIRST = {
  sopId: 'ocean-export-fcl',
  version: 1,
  versionArn: 'arn:aws:states:eu-central-1:1:stateMachine:portolan-ocean-export-fcl:1',
}

/** As `functions/sops/tasks.ts` does it. */
function* stepOfRun(system: Runs, { step }: Scenario, run: number): Process {
  system.token += 1
  const token = `run ${run}, call ${system.token}`
  if (run === 2) system.held = token
  const name = runName({ shipmentId: system.state.header.shipmentId, run })
  const parsed = SopStep.parse({ ...step, key: 'a-step', tenantId: 'demo', shipmentId: name, token })
  const wait = waitOf(parsed, ORDERED)
  if (!wait) throw new Error('waits for nothing')
  const registered = system.tryRegister(wait, run)
  yield
  if (!registered) return
  const over = isOver(system.state, { run })
  const { decision, answer } = decideStep(parsed, system.state, { now: ORDERED, denied: [] })
  if (!over) system.state = committed(system.state, decision, ORDERED)
  if (run < system.pinned && !over) system.strays += decision.facts.length
  yield
  if (over) system.end(wait)
  else if (answer.settled) yield* system.release(wait)
  yield
}

/** As `functions/sops/restart.ts` does it: the pin, and the first step of the new run once its execution is started. */
function* restarter(system: Runs, scenario: Scenario): Process {
  const target = { ...FIRST, after: 1 }
  const { decision } = decideRestart(system.state, target, { kind: 'HEALED', reason: 'FAILED' }, ORDERED)
  if (decision.facts.length > 0) system.state = committed(system.state, decision, ORDERED)
  yield
  yield* stepOfRun(system, scenario, 2)
}

/** A choice names who takes a turn, + 3 to crash it then: it is called or delivered again. */
function runTwo(scenario: Scenario, schedule: readonly number[]): Runs {
  const system = new Runs()
  const { shipmentId } = system.state.header
  const pin = decidePin(system.state, pinOf(FIRST, { shipmentId, run: 1 }))
  system.state = committed(system.state, pin.decision, ORDERED)
  const begin = [
    () => stepOfRun(system, scenario, 1),
    () => recorder(system, scenario),
    () => restarter(system, scenario),
  ]
  const again = [
    begin[0],
    () => signal(system),
    () => (system.pinned === 2 ? stepOfRun(system, scenario, 2) : restarter(system, scenario)),
  ]
  // The first run's step must have made what is waited for before anybody can do it.
  const processes = begin.map((it) => it())
  processes[0]?.next()
  processes[0]?.next()
  const turn = (which: number) => processes[which]?.next().done === true
  let recorded = false
  for (const choice of schedule) {
    const which = choice % 3
    turn(which)
    recorded ||= which === 1
    const restart = again[which]
    if (choice >= 3 && restart) processes[which] = restart()
  }
  while (!turn(2)) {}
  if (!recorded) turn(1)
  while (!turn(1)) {}
  // Last of all comes what was under way when the first execution was stopped.
  while (!turn(0)) {}
  return system
}

function* schedulesOfThree(turns: number, crashes = 1): Generator<number[]> {
  if (turns === 0) return yield []
  for (const choice of crashes > 0 ? [0, 1, 2, 3, 4, 5] : [0, 1, 2])
    for (const rest of schedulesOfThree(turns - 1, crashes - (choice >= 3 ? 1 : 0))) yield [choice, ...rest]
}

describe.each(Object.entries(SCENARIOS))('a restart while %s is waited for', (_, scenario) => {
  it('loses nothing and does nothing twice, whatever comes between, with a crash at any point', () => {
    const turns = 5
    let count = 0
    for (const schedule of schedulesOfThree(turns)) {
      const system = runTwo(scenario, schedule)
      const facts = system.state.timeline.map(({ type, data }) => JSON.stringify([type, data]))
      const wrong = [
        system.answered.has(system.held) ? '' : 'the new run waits for ever',
        system.state.waits.length === 0 ? '' : 'a wait is left',
        system.strays === 0 ? '' : 'the old run wrote',
        new Set(facts).size === facts.length ? '' : 'a fact stands twice',
      ].filter(Boolean)
      if (wrong.length > 0) throw new Error(`${schedule}: ${wrong}`)
      count += 1
    }
    expect(count).toBe(3 ** turns + turns * 3 ** turns)
  })
})
