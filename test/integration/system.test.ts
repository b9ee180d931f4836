import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { APIGatewayProxyEventV2WithJWTAuthorizer, Context } from 'aws-lambda'
import { api } from '../../functions/system/index'

/** A request without a token, as API Gateway hands it on. */
async function get(path: string) {
  const event = { routeKey: `GET ${path}`, rawPath: path, headers: {}, requestContext: { requestId: 'r' } }
  const result = await api(event as APIGatewayProxyEventV2WithJWTAuthorizer, {} as Context)
  return { status: result.statusCode, body: JSON.parse(result.body ?? 'null') }
}

test('health answers everyone and tells nothing but the time', async () => {
  const { status, body } = await get('/v1/health')
  expect(status).toBe(200)
  expect(body).toEqual({ status: 'ok', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) })
})

test('the API serves the description that is in the repository', async () => {
  const { status, body } = await get('/v1/openapi.json')
  expect(status).toBe(200)
  expect(body).toEqual(JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8')))
})
