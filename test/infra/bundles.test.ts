import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { BUNDLES, type BundleReport, bundle, functionNameOf, SETTINGS } from '../../infra/bundle'
import { CONTRACTS, doorsOf, IDENTITY } from '../../infra/domains'

const DOORS = [IDENTITY, ...CONTRACTS].flatMap(doorsOf)
const APIS = DOORS.filter(({ door }) => door === 'api').map(functionNameOf)
/** An admin's doors prove and try SOPs with the engine and JSONata, 80 kB by itself; no shipment waits for them. */
const PROVING = new Map([
  ['authoring-api', 400_000],
  // It proves what it is to try, too, and carries the rules of all that a shipment meets.
  ['simulations-api', 450_000],
])
const codeOf = (name: string) => readFileSync(join(BUNDLES, name, 'index.js'), 'utf8')

/**
 * What such a function is usually made of, bundled as it comes: middy, all of Powertools that is installed, and the
 * document client. Powertools' tracer, idempotency and parser are not installed; with them it would be larger.
 */
async function usualBundle(): Promise<number> {
  const contents = `
    import middy from '@middy/core'
    import * as logger from '@aws-lambda-powertools/logger'
    import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
    import * as metrics from '@aws-lambda-powertools/metrics'
    import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
    import { DynamoDBDocumentClient, GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
    const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}))
    export const handler = middy()
      .use(injectLambdaContext(new logger.Logger()))
      .use(logMetrics(new metrics.Metrics()))
      .handler(() => documents.send(new GetCommand({})))
    export { GetCommand, QueryCommand, TransactWriteCommand, logger, metrics }`
  const { outputFiles } = await build({
    ...SETTINGS,
    stdin: { contents, resolveDir: __dirname, loader: 'ts' },
    write: false,
  })
  return outputFiles[0]?.contents.length ?? 0
}

let reports: Map<string, BundleReport>
let usual: number
beforeAll(async () => {
  reports = await bundle(DOORS)
  usual = await usualBundle()
})

describe('bundles', () => {
  it('are one for each door', () => {
    expect([...reports.keys()].sort()).toEqual(DOORS.map(functionNameOf).sort())
  })

  it.each(APIS.filter((name) => !PROVING.has(name)))(
    '%s is at most 300 kB, and at most 0.6 of what such a function usually is',
    (name) => {
      const { bytes } = reports.get(name) ?? { bytes: Number.POSITIVE_INFINITY }
      expect(bytes).toBeLessThanOrEqual(300_000)
      expect(bytes / usual).toBeLessThanOrEqual(0.6)
    },
  )

  it.each([...PROVING])('%s is at most %i bytes', (name, most) => {
    expect(reports.get(name)?.bytes).toBeLessThanOrEqual(most)
  })

  it.each(APIS)('%s has no SDK in it', (name) => {
    expect(Object.keys(reports.get(name)?.inputs ?? {}).filter((input) => /@aws-sdk|@smithy/.test(input))).toEqual([])
  })

  it.each(DOORS.map(functionNameOf))('%s takes its credentials from the environment alone', (name) => {
    expect(codeOf(name)).not.toMatch(/client-sso|client-sts|fromIni|fromProcess/)
  })

  it.each(DOORS.map(functionNameOf))('%s makes its handler when it is loaded, and nothing else', (name) => {
    const { handler } = require(join(BUNDLES, name, 'index.js'))
    expect(typeof handler).toBe('function')
  })

  it('hold one door each: what only the others need is left out', () => {
    const [events = {}, api = {}] = ['billing-events', 'billing-api'].map((name) => reports.get(name)?.inputs)
    expect(Object.keys(events)).not.toContain('functions/platform/http.ts')
    expect(Object.keys(api)).not.toContain('functions/platform/consume.ts')
  })

  it('come with the files that they read, and without source maps', () => {
    expect(readFileSync(join(BUNDLES, 'places-api', 'places.tsv'), 'utf8')).toContain('NLRTM')
    expect(() => JSON.parse(readFileSync(join(BUNDLES, 'system-api', 'openapi.json'), 'utf8'))).not.toThrow()
    for (const name of reports.keys()) expect(codeOf(name)).not.toContain('sourceMappingURL')
  })
})
