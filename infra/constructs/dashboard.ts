import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage'
import type { DomainService } from './domain-service'
import type { OutboxPipe } from './outbox-pipe'
import type { Workflow } from './workflow'

export interface ServiceDashboardProps {
  config: StageConfig
  api: HttpApi
  services: readonly DomainService[]
  workflows: readonly Workflow[]
  pipe: OutboxPipe
}

/** One page: requests, functions, queues, machines. */
export class ServiceDashboard extends Construct {
  constructor(scope: Construct, id: string, { config, api, services, workflows, pipe }: ServiceDashboardProps) {
    super(scope, id)
    const doors = services.flatMap((service) => service.functions)
    const subscriptions = services.flatMap(({ subscription }) => subscription ?? [])
    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 12, height: 6, period: Duration.minutes(5) })
    new Dashboard(this, 'Dashboard', {
      dashboardName: config.prefix,
      widgets: [
        [
          graph('Requests and errors', [api.metricCount(), api.metricClientError(), api.metricServerError()]),
          graph('Latency', [api.metricLatency({ statistic: 'p50' }), api.metricLatency({ statistic: 'p99' })]),
        ],
        [
          graph(
            'Duration p99',
            doors.map((door) => door.metricDuration({ statistic: 'p99' })),
          ),
          graph(
            'Errors and throttles',
            doors.map((door) => door.metricErrors()),
            doors.map((door) => door.metricThrottles()),
          ),
        ],
        [
          graph(
            'Age of the oldest event',
            subscriptions.map(({ queue }) => queue.metricApproximateAgeOfOldestMessage()),
          ),
          graph(
            'Dead letters',
            [pipe, ...subscriptions].map(({ deadLetters }) => deadLetters.metricApproximateNumberOfMessagesVisible()),
          ),
        ],
        [
          graph(
            'Executions started',
            workflows.map(({ machine }) => machine.metricStarted()),
          ),
          graph(
            'Executions failed and timed out',
            workflows.flatMap(({ machine }) => [machine.metricFailed(), machine.metricTimedOut()]),
          ),
        ],
      ],
    })
  }
}
