import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StringAttribute,
  UserPool,
  type UserPoolClient,
  UserPoolOperation,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage'
import type { DoorFunction } from './door-function'

const RESOURCE = 'portolan'
const ACCESS = new ResourceServerScope({ scopeName: 'api', scopeDescription: 'Use the API' })

export interface IdentityProps {
  config: StageConfig
  /** Puts tenant, roles and organization on access tokens. */
  claims: DoorFunction
}

/** Who may sign in: people by code grant with PKCE, machines by client credentials, one access token for both. */
export class Identity extends Construct {
  readonly issuer: string
  /** Ids of the clients whose tokens the API takes. */
  readonly audience: string[]
  readonly scope = `${RESOURCE}/${ACCESS.scopeName}`

  constructor(scope: Construct, id: string, { config, claims }: IdentityProps) {
    super(scope, id)
    const pool = this.createPool(config)
    pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claims, LambdaVersion.V3_0)
    pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `${config.prefix}-${Aws.ACCOUNT_ID}` } })
    const api = pool.addResourceServer('Api', { identifier: RESOURCE, scopes: [ACCESS] })
    this.issuer = `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}/${pool.userPoolId}`
    this.audience = [
      this.addPeople(pool, api, config),
      ...config.machineClients.map((name) => this.addMachine(pool, api, config, name)),
    ].map((client) => client.userPoolClientId)
  }

  private createPool(config: StageConfig): UserPool {
    // What a person may do is set by administrators alone: no client may write these.
    const assigned = new StringAttribute({ mutable: true, maxLen: 256 })
    const pool = new UserPool(this, 'Pool', {
      userPoolName: config.prefix,
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      customAttributes: { tenant: assigned, roles: assigned, organization: assigned },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const reason =
      'Threat protection is billed per user by the Plus plan; instead everyone needs a second factor, and nobody signs up alone.'
    for (const rule of ['COG3', 'COG8']) Validations.of(pool).acknowledge({ id: `AwsSolutions-${rule}`, reason })
    return pool
  }

  private addPeople(pool: UserPool, api: UserPoolResourceServer, config: StageConfig): UserPoolClient {
    return pool.addClient('People', {
      userPoolClientName: `${config.prefix}-people`,
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.resourceServer(api, ACCESS)],
        callbackUrls: [...config.signInCallbacks],
      },
      writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true, locale: true, timezone: true }),
    })
  }

  private addMachine(pool: UserPool, api: UserPoolResourceServer, config: StageConfig, name: string): UserPoolClient {
    return pool.addClient(`Machine-${name}`, {
      userPoolClientName: `${config.prefix}-${name}`,
      generateSecret: true,
      accessTokenValidity: Duration.hours(1),
      oAuth: { flows: { clientCredentials: true }, scopes: [OAuthScope.resourceServer(api, ACCESS)] },
    })
  }
}
