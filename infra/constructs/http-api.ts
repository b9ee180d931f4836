import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  HttpApi as Api,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage'
import { watch } from './alarms'
import type { DomainService } from './domain-service'
import type { Identity } from './identity'

export interface HttpApiProps {
  config: StageConfig
  identity: Pick<Identity, 'issuer' | 'audience' | 'scope'>
  services: readonly DomainService[]
}

const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  bytes: '$context.responseLength',
  caller: '$context.authorizer.claims.sub',
  tenant: '$context.authorizer.claims.tenant',
  ip: '$context.identity.sourceIp',
  error: '$context.error.message',
}

/** The HTTP API: one route for each route of each contract, a token for all but the public ones. */
export class HttpApi extends Construct {
  readonly api: Api

  constructor(scope: Construct, id: string, { config, identity, services }: HttpApiProps) {
    super(scope, id)
    this.api = new Api(this, 'Api', {
      apiName: config.prefix,
      description: `Portolan, ${config.name}`,
      createDefaultStage: false,
    })
    this.addStage(config)
    const token = new HttpJwtAuthorizer('Token', identity.issuer, { jwtAudience: identity.audience })
    for (const service of services) this.addRoutes(service, token, identity.scope)
    watch(this, 'ServerErrors', {
      metric: this.api.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      atLeast: 1,
      description: `The API of ${config.name} answered 5xx: docs/runbook.md, Server errors`,
    })
  }

  private addStage(config: StageConfig): void {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/vendedlogs/${config.prefix}-api`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: config.throttle.rate, burstLimit: config.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    })
  }

  private addRoutes({ api: door, contract }: DomainService, token: HttpJwtAuthorizer, scope: string): void {
    const routes = Object.entries(contract.routes)
    if (routes.length === 0) return
    if (!door) throw new Error(`${contract.domain} has routes and no door for them`)
    const integration = new HttpLambdaIntegration(contract.domain, door, { scopePermissionToRoute: false })
    for (const [operation, { method, path, roles }] of routes) {
      const open = roles === 'public'
      const route = new HttpRoute(this, operation, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, HttpMethod[method]),
        integration,
        authorizer: open ? new HttpNoneAuthorizer() : token,
        ...(open ? {} : { authorizationScopes: [scope] }),
      })
      if (open)
        Validations.of(route).acknowledge({
          id: 'AwsSolutions-APIG4',
          reason: 'The contract makes this route public: it answers the same to everyone and reads no tenant.',
        })
    }
  }
}
