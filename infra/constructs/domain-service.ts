import { Construct } from 'constructs'
import type { Contract } from '../../functions/platform/route'
import { doorsOf } from '../domains'
import { DoorFunction } from './door-function'
import { FailedExecutions } from './failed-executions'
import type { GrantTargets } from './grants'
import { Subscription } from './subscription'
import { Timer } from './timer'

/** One domain: a function for each door of its contract, its subscription where it consumes events, its timer where it has one. */
export class DomainService extends Construct {
  readonly api?: DoorFunction
  readonly events?: DoorFunction
  readonly tasks?: DoorFunction
  readonly timer?: DoorFunction
  readonly subscription?: Subscription

  constructor(
    scope: Construct,
    readonly contract: Contract,
    targets: GrantTargets,
  ) {
    super(scope, contract.domain)
    for (const { settings, ...name } of doorsOf(contract))
      this[name.door] = new DoorFunction(this, name.door, { name, settings, targets })
    if (this.timer && contract.doors.timer)
      new Timer(this, 'schedule', { config: targets.config, door: this.timer, every: contract.doors.timer.every })
    if (this.timer && contract.doors.timer?.onFailedExecutions)
      new FailedExecutions(this, 'failed-executions', { targets, door: this.timer })
    if (contract.subscribes.length === 0) return
    if (!this.events) throw new Error(`${contract.domain} subscribes to events and has no door for them`)
    this.subscription = new Subscription(this, 'subscription', {
      platform: targets,
      domain: contract.domain,
      types: contract.subscribes,
      consumer: this.events,
    })
  }

  /** Every function of the domain. */
  get functions(): DoorFunction[] {
    return [this.api, this.events, this.tasks, this.timer].filter((door) => door !== undefined)
  }
}
