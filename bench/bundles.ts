/** Size and start of each function's bundle, beside a function of middy with all of Powertools that is built by the same settings. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { BUNDLES, bundle, functionNameOf, SETTINGS } from '../infra/bundle'
import { CONTRACTS, doorsOf, IDENTITY } from '../infra/domains'
import { median, rounded } from './statistics'

const ROOT = join(__dirname, '..')

interface Bundle {
  bytes: number
  /** Milliseconds to load the bundle and run its top level in a fresh process: median. */
  init: number
}

export interface BundleReport {
  runs: number
  functions: (Bundle & { name: string; api: boolean })[]
  comparison: Bundle & {
    /** Utilities of Powertools in it. */
    utilities: string[]
    /** Utilities that are not installed, so that it is smaller than all of Powertools. */
    missing: string[]
  }
}

/** A utility as its documentation says to use it with middy. */
const UTILITIES: Record<string, { imports: string; middleware?: string; uses?: string }> = {
  logger: {
    imports: `import { Logger } from '@aws-lambda-powertools/logger'
      import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'`,
    middleware: 'injectLambdaContext(new Logger())',
  },
  metrics: {
    imports: `import { Metrics } from '@aws-lambda-powertools/metrics'
      import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'`,
    middleware: `logMetrics(new Metrics({ namespace: 'comparison' }))`,
  },
  tracer: {
    imports: `import { Tracer } from '@aws-lambda-powertools/tracer'
      import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'`,
    middleware: 'captureLambdaHandler(new Tracer())',
  },
  idempotency: {
    imports: `import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
      import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware'`,
    middleware: `makeHandlerIdempotent({ persistenceStore: new DynamoDBPersistenceLayer({ tableName: 'guards' }) })`,
  },
  parser: {
    imports: `import { parser } from '@aws-lambda-powertools/parser/middleware'`,
    middleware: 'parser({ schema: Body })',
  },
  validation: {
    imports: `import { validator } from '@aws-lambda-powertools/validation/middleware'`,
    middleware: `validator({ inboundSchema: { type: 'object' } })`,
  },
  batch: {
    imports: `import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'`,
    uses: 'BatchProcessor, EventType, processPartialResponse',
  },
  parameters: {
    imports: `import { DynamoDBProvider } from '@aws-lambda-powertools/parameters/dynamodb'`,
    uses: 'DynamoDBProvider',
  },
  'event-handler': {
    imports: `import { Router } from '@aws-lambda-powertools/event-handler/http'`,
    uses: 'Router',
  },
  jmespath: { imports: `import { search } from '@aws-lambda-powertools/jmespath'`, uses: 'search' },
}

/** Builds everything anew. `powertools` is a folder where utilities that the project has not may be installed. */
export async function measureBundles(runs: number, powertools: string | undefined): Promise<BundleReport> {
  const doors = [IDENTITY, ...CONTRACTS].flatMap(doorsOf)
  const reports = await bundle(doors)
  const folder = mkdtempSync(join(tmpdir(), 'portolan-comparison-'))
  try {
    const comparison = await buildComparison(folder, powertools)
    const functions = doors.map((door) => {
      const name = functionNameOf(door)
      const init = initOf(join(BUNDLES, name, 'index.js'), runs)
      return { name, api: door.door === 'api', bytes: reports.get(name)?.bytes ?? 0, init }
    })
    const { file, ...rest } = comparison
    return { runs, functions, comparison: { ...rest, init: initOf(file, runs) } }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function buildComparison(folder: string, powertools: string | undefined) {
  const nodePaths = [ROOT, ...(powertools === undefined ? [] : [powertools])].map((one) => join(one, 'node_modules'))
  const installed = (name: string) => nodePaths.some((path) => existsSync(join(path, '@aws-lambda-powertools', name)))
  const utilities = Object.keys(UTILITIES).filter(installed)
  const file = join(folder, 'index.js')
  const { metafile } = await build({
    ...SETTINGS,
    stdin: { contents: comparisonSource(utilities), resolveDir: __dirname, loader: 'ts' },
    nodePaths,
    outfile: file,
    metafile: true,
    logLevel: 'error',
  })
  const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0
  return { file, bytes, utilities, missing: Object.keys(UTILITIES).filter((name) => !installed(name)) }
}

/** What any of our API functions needs too, a schema and the document client, and the utilities around it. */
function comparisonSource(utilities: string[]): string {
  const used = utilities.flatMap((name) => UTILITIES[name] ?? [])
  return `
    import middy from '@middy/core'
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
    import { DynamoDBDocumentClient, GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
    import * as z from 'zod'
    ${used.map(({ imports }) => imports).join('\n')}
    const Body = z.object({ id: z.string() })
    const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}))
    export const kept = [GetCommand, QueryCommand, TransactWriteCommand, ${used.flatMap(({ uses }) => uses ?? []).join(', ')}]
    export const handler = middy()
      ${used.flatMap(({ middleware }) => (middleware ? [`.use(${middleware})`] : [])).join('\n')}
      .handler(async (event) => documents.send(new GetCommand({ TableName: 'table', Key: Body.parse(event) })))`
}

const TIME_A_LOAD = `const started = performance.now()
  require(process.argv[1])
  process.stdout.write(String(performance.now() - started))`

function initOf(file: string, runs: number): number {
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    TABLE_NAME: 'bench',
  }
  const once = () =>
    Number(
      execFileSync(process.execPath, ['-e', TIME_A_LOAD, file], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
  return rounded(median(Array.from({ length: runs }, once)))
}
