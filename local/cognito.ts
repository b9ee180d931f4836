/** The user pool of the template as a local issuer: its own keys, the pool's issuer name, tokens like Cognito's. */
import { randomUUID, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import * as z from 'zod'
import { readBody, sendJson } from './http-wire'
import { clientSecret } from './resource-names'
import type { Json, Resource } from './service'

export type Claims = JWTPayload
export const SCOPE = 'portolan/api'

const KeyFile = z.object({ kid: z.string(), privateKey: z.custom<JWK>(), publicKey: z.custom<JWK>() })
const PoolProperties = z.object({
  LambdaConfig: z
    .object({ PreTokenGenerationConfig: z.object({ LambdaArn: z.string(), LambdaVersion: z.string() }).optional() })
    .default({}),
})
const UNITS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }
const ClientProperties = z.object({
  GenerateSecret: z.boolean().default(false),
  AllowedOAuthFlows: z.array(z.string()).default([]),
  AllowedOAuthScopes: z.array(z.string()).default([]),
  AccessTokenValidity: z.number().default(1),
  TokenValidityUnits: z.object({ AccessToken: z.string().default('hours') }).default({ AccessToken: 'hours' }),
})
/** What a pre-token-generation trigger may change. */
const TriggerAnswer = z.object({
  response: z.object({
    claimsAndScopeOverrideDetails: z
      .object({
        accessTokenGeneration: z
          .object({
            claimsToAddOrOverride: z.record(z.string(), z.json()).default({}),
            claimsToSuppress: z.array(z.string()).default([]),
            scopesToAdd: z.array(z.string()).default([]),
            scopesToSuppress: z.array(z.string()).default([]),
          })
          .nullish(),
      })
      .nullish(),
  }),
})

/** Whom a token speaks for. `roles` are codes such as OPERATIONS; `ttl` is in seconds. */
export interface TokenRequest {
  tenant: string
  roles: string[]
  organization?: string | undefined
  subject: string
  ttl: number
}

export interface Issuer {
  /** A signed access token, as a signed-in person of the pool would hold. */
  mint(request: TokenRequest): Promise<string>
  /** Claims of a token that this issuer signed and that is in its time; undefined otherwise. */
  verify(token: string, issuer: string): Promise<Claims | undefined>
  /** JWKS, discovery and the token endpoint; false if the path is none of them. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>
}

export interface IssuerOptions {
  dataDir: string
  endpoint: string
  region: string
  resources: Resource[]
  /** Issuer and audiences as the API's authorizer demands them. */
  authorizer: { Issuer: string; Audience: string[] } | undefined
  /** Seconds. */
  now(): number
  invoke(functionArn: string, event: Json): Promise<Json>
}

interface Keys {
  kid: string
  privateKey: CryptoKey | Uint8Array
  publicKey: CryptoKey | Uint8Array
  publicJwk: JWK
}

/** The signing keys of a data folder, made at the first call. They outlive restarts, and so do the tokens. */
async function loadKeys(dataDir: string): Promise<Keys> {
  const path = join(dataDir, 'issuer.json')
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true })
    const pair = await generateKeyPair('RS256', { extractable: true })
    const file = {
      kid: randomUUID(),
      privateKey: await exportJWK(pair.privateKey),
      publicKey: await exportJWK(pair.publicKey),
    }
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, JSON.stringify(file), { mode: 0o600 })
    renameSync(temporary, path)
  }
  const { kid, privateKey, publicKey } = KeyFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  return {
    kid,
    privateKey: await importJWK(privateKey, 'RS256'),
    publicKey: await importJWK(publicKey, 'RS256'),
    publicJwk: { ...publicKey, kid, alg: 'RS256', use: 'sig' },
  }
}

export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const keys = await loadKeys(options.dataDir)
  const pools = options.resources.filter(({ type }) => type === 'AWS::Cognito::UserPool')
  if (pools.length > 1) throw new Error(`${pools[1]?.logicalId}: more than one user pool is not supported`)
  const pool = pools[0]
  const issuerName =
    options.authorizer?.Issuer ?? `https://cognito-idp.${options.region}.amazonaws.com/${pool?.ref ?? 'none'}`
  const clients = new Map(
    options.resources
      .filter(({ type }) => type === 'AWS::Cognito::UserPoolClient')
      .map((client) => [
        client.ref,
        { ...ClientProperties.parse(client.properties), secret: clientSecret(String(client.properties.ClientName)) },
      ]),
  )
  const trigger = pool && PoolProperties.parse(pool.properties).LambdaConfig.PreTokenGenerationConfig?.LambdaArn
  const known = new Map<string, { claims: Claims; until: number }>()

  const sign = (claims: JWTPayload, ttl: number) => {
    const now = Math.floor(options.now())
    return new SignJWT({ token_use: 'access', ...claims, version: 2 })
      .setProtectedHeader({ alg: 'RS256', kid: keys.kid })
      .setIssuer(issuerName)
      .setIssuedAt(now)
      .setExpirationTime(now + ttl)
      .setJti(randomUUID())
      .sign(keys.privateKey)
  }

  const fromTrigger = async (clientId: string, claims: JWTPayload, scopes: string[]): Promise<JWTPayload> => {
    if (trigger === undefined) return { ...claims, scope: scopes.join(' ') }
    const answer = await options.invoke(trigger, {
      version: '3',
      triggerSource: 'TokenGeneration_ClientCredentials',
      region: options.region,
      userPoolId: pool?.ref ?? '',
      userName: clientId,
      callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
      request: { userAttributes: {}, groupConfiguration: {}, scopes },
      response: { claimsAndScopeOverrideDetails: null },
    })
    const change = TriggerAnswer.parse(answer).response.claimsAndScopeOverrideDetails?.accessTokenGeneration
    if (!change) return { ...claims, scope: scopes.join(' ') }
    const kept = [...scopes, ...change.scopesToAdd].filter((scope) => !change.scopesToSuppress.includes(scope))
    const all = { ...claims, ...change.claimsToAddOrOverride, scope: kept.join(' ') }
    return Object.fromEntries(Object.entries(all).filter(([name]) => !change.claimsToSuppress.includes(name)))
  }

  const clientCredentials = async (form: URLSearchParams, authorization: string | undefined) => {
    const basic = Buffer.from(authorization?.match(/^Basic (.+)$/i)?.[1] ?? '', 'base64').toString()
    const colon = basic.indexOf(':')
    const clientId = colon > 0 ? decodeURIComponent(basic.slice(0, colon)) : (form.get('client_id') ?? '')
    const secret = colon > 0 ? decodeURIComponent(basic.slice(colon + 1)) : (form.get('client_secret') ?? '')
    if (form.get('grant_type') !== 'client_credentials') return { error: 'unsupported_grant_type' }
    const client = clients.get(clientId)
    if (client === undefined || !client.GenerateSecret || !equal(secret, client.secret))
      return { error: 'invalid_client' }
    if (!client.AllowedOAuthFlows.includes('client_credentials')) return { error: 'unauthorized_client' }
    const scopes = form.get('scope')?.split(/\s+/).filter(Boolean) ?? client.AllowedOAuthScopes
    if (!scopes.every((scope) => client.AllowedOAuthScopes.includes(scope))) return { error: 'invalid_scope' }
    const ttl = client.AccessTokenValidity * (UNITS[client.TokenValidityUnits.AccessToken] ?? 3600)
    const claims = await fromTrigger(clientId, { sub: clientId, client_id: clientId }, scopes)
    return { access_token: await sign(claims, ttl), expires_in: ttl, token_type: 'Bearer' }
  }

  return {
    mint: ({ tenant, roles, organization, subject, ttl }) =>
      sign(
        {
          sub: subject,
          tenant,
          roles: roles.join(' '),
          ...(organization === undefined ? {} : { organization }),
          client_id: options.authorizer?.Audience[0] ?? 'local',
          scope: SCOPE,
        },
        ttl,
      ),
    async verify(token, issuer) {
      const now = options.now()
      const before = known.get(token)
      if (before !== undefined) return before.until > now && before.claims.iss === issuer ? before.claims : undefined
      try {
        const { payload } = await jwtVerify(token, keys.publicKey, {
          issuer,
          algorithms: ['RS256'],
          currentDate: new Date(now * 1000),
          requiredClaims: ['exp'],
        })
        if (known.size >= 10_000) known.clear()
        known.set(token, { claims: payload, until: payload.exp ?? 0 })
        return payload
      } catch {
        return undefined
      }
    },
    async handle(request, response, path) {
      if (path.endsWith('/.well-known/jwks.json')) sendJson(response, 200, { keys: [keys.publicJwk] })
      else if (path.endsWith('/.well-known/openid-configuration'))
        sendJson(response, 200, discovery(issuerName, options.endpoint))
      else if (path === '/oauth2/token' && request.method === 'POST') {
        const body = await readBody(request, 64 * 1024)
        const answer = await clientCredentials(new URLSearchParams(body?.toString()), request.headers.authorization)
        sendJson(response, 'error' in answer ? 400 : 200, answer)
      } else return false
      return true
    },
  }
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function discovery(issuer: string, endpoint: string): object {
  return {
    issuer,
    jwks_uri: `${endpoint}/.well-known/jwks.json`,
    token_endpoint: `${endpoint}/oauth2/token`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['token'],
    scopes_supported: [SCOPE],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
}
