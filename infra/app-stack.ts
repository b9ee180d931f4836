import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import { SnsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Construct } from 'constructs'
import type { Contract } from '../functions/platform/route'
import { notify } from './constructs/alarms'
import { ServiceDashboard } from './constructs/dashboard'
import { DeadLetters } from './constructs/dead-letters'
import { DocumentIntake } from './constructs/document-intake'
import { DomainService } from './constructs/domain-service'
import type { GrantTargets } from './constructs/grants'
import { HttpApi } from './constructs/http-api'
import { ScanVerdicts } from './constructs/malware-scan'
import { OutboxPipe } from './constructs/outbox-pipe'
import { TextractTopic } from './constructs/textract-notice'
import { isSop, processes, type TaskFunctions, Workflow } from './constructs/workflow'
import type { DataStack } from './data-stack'

export interface AppStackProps extends StackProps {
  data: DataStack
  contracts: readonly Contract[]
}

/** Everything that holds no state: functions, API, machines, and how events flow between them. */
export class AppStack extends Stack {
  constructor(scope: Construct, id: string, { data, contracts, ...props }: AppStackProps) {
    super(scope, id, props)
    const { platform, config } = data
    const definitions = processes()
    const textract = new TextractTopic(this, 'Textract', config)
    const targets: GrantTargets = {
      ...platform,
      stack: this,
      sops: definitions.filter(isSop),
      processes: definitions,
      textract,
    }
    const services = contracts.map((contract) => new DomainService(this, contract, targets))
    const { api } = new HttpApi(this, 'Http', { config, identity: data.identity, services })
    const pipe = new OutboxPipe(this, 'Outbox', platform)
    const workflows = this.addWorkflows(definitions, services, data)
    this.addSignals(services, textract, data)
    new ServiceDashboard(this, 'Dashboard', { config, api, services, workflows, pipe })
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint })
    if (config.alarmEmail) notify(this, config.alarmEmail)
  }

  private addWorkflows(definitions: string[], services: DomainService[], { platform }: DataStack): Workflow[] {
    const tasks: TaskFunctions = Object.fromEntries(services.map(({ contract, tasks }) => [tokenOf(contract), tasks]))
    return definitions.map((process) => {
      const workflow = new Workflow(this, process, { config: platform.config, process, tasks })
      if (process === 'document-intake') new DocumentIntake(this, 'Intake', platform, workflow)
      return workflow
    })
  }

  /** What an intake waits for: Textract's notice, and the verdict on the file. */
  private addSignals(services: DomainService[], { topic }: TextractTopic, { platform, config }: DataStack): void {
    const door = services.find(({ contract }) => contract.domain === 'documents')?.tasks
    if (!door) return
    const deadLetters = new DeadLetters(this, 'SignalDeadLetters', `${config.prefix}-intake-signals-dead-letters`)
    door.addEventSource(new SnsEventSource(topic, { deadLetterQueue: deadLetters }))
    door.keepFailures(deadLetters)
    if (config.malwareScan) new ScanVerdicts(this, 'ScanVerdicts', { platform, door, deadLetters })
  }
}

/** What definitions call a domain's tasks by: the SOP vocabulary has a name of its own. */
const tokenOf = ({ domain }: Contract) =>
  domain === 'sops' ? 'SopStepFunctionArn' : `${domain[0]?.toUpperCase()}${domain.slice(1)}TasksFunctionArn`
