/** Calls a domain's API door as API Gateway does, after it has verified the token. */
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda'
import type { Role } from '../../schemas/role'

type Api = (event: APIGatewayProxyEventV2WithJWTAuthorizer, context: Context) => Promise<unknown>

export interface Caller {
  tenant: string
  roles: Role[]
  organization?: string
}

export interface Request {
  /** `GET /v1/invoices/{invoiceId}` */
  route: string
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  headers?: Record<string, string>
}

export interface Response {
  status: number
  headers: Record<string, string>
  /** Parsed; what it holds is for the test to say. */
  body: { [member: string]: unknown }
}

export async function callDoor(api: Api, caller: Caller, request: Request): Promise<Response> {
  const { tenant, roles, organization } = caller
  const claims = { sub: 'someone', tenant, roles: roles.join(' '), ...(organization ? { organization } : {}) }
  const event = {
    routeKey: request.route,
    rawPath: request.route.split(' ')[1],
    pathParameters: request.params,
    queryStringParameters: request.query,
    headers: { 'content-type': 'application/json', ...request.headers },
    requestContext: { requestId: 'request', authorizer: { jwt: { claims, scopes: [] } } },
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
    isBase64Encoded: false,
  }
  // The door reads these members of the event, and nothing of the context.
  const answer = (await api(event as never, { functionName: 'test' } as Context)) as {
    statusCode: number
    headers: Record<string, string>
    body?: string
  }
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body ?? 'null') }
}
