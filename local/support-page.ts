/** The documentation page of what runs here, made from the tables that the runtime itself goes by. */
import { inertTypes } from './inert-types'
import { resourceTypes } from './resource-types'

const INTRODUCTION = `# The local runtime

\`npm start\` boots the synthesized CloudFormation template on one machine: development, demonstrations, tests, a small office.
At scale the same template runs on AWS. The runtime reads nothing but the cloud assembly (\`cdk.out\`); it refuses to start on
a resource type, property or intrinsic function that is not listed here, and names it.

This page is made from the runtime's own tables: \`npx tsx local/cli.ts docs > docs/local-runtime.md\`.

## What is the same as on AWS, and what is not

- Functions are the bundles that would be deployed, each in worker threads with its own environment, credentials, memory limit and
  timeout. At most four environments of a function run at once. Work in the background takes turns (two a core, one with pauses while
  HTTP requests are under way), so that it never starves them. There is no freeze between invocations.
- Each call of a function, machine or pipe to a service is decided by its role's policies in the template: statements, wildcards,
  NotAction and NotResource, the condition operators String*, Arn*, Bool, Null, Numeric*Equals with IfExists, ForAllValues and
  ForAnyValue. A call that is not allowed is answered as AWS answers it. Resource policies (buckets, queues, topics, functions) are not
  evaluated, nor are permission boundaries and session tags.
- Streams, queues, rules, schedules, machines, files and the clock are on the disk when a call returns: \`kill -9\` loses nothing that
  was acknowledged. It is not proof against the loss of the disk.
- API Gateway's throttling, access logs, WAF and custom domains are not emulated.
- Sign-in pages of people are not emulated: tokens are minted (\`npm run token\`), machine clients ask \`POST /oauth2/token\`.
- Everything listens on 127.0.0.1 alone, over plain HTTP. Whoever uses the machine may mint any token.
- The database is a process of its own on \`dynamodb.sqlite\`; DYNAMODB_ENDPOINT replaces it by any DynamoDB-compatible server (items
  then expire by that server's time, not by the runtime's).

## Management

| request | what it does |
|---|---|
| \`GET /_local/clock\`, \`POST /_local/clock {"advanceSeconds": 3600}\` | the time; moves it forward and lets what falls due on the way run in its order |
| \`GET /_local/settled?timeout=30000\` | waits until streams, queues, rules, machines and reading of documents are idle: \`{settled, pending}\` |
| \`GET /_local/metrics\` | counters since the start or the last reset: invocations, database calls, state transitions, … |
| \`POST /_local/metrics/reset {"metering": true}\` | sets them to zero; with metering, capacity units are counted too |
| \`GET /_local/queues\` | depth of each queue, dead letters included |
| \`POST /_local/stop-execution\` \`{"executionArn","error"?,"cause"?}\` | stop an execution, as an operator would in the console |
| \`POST /_local/token {"roles": ["OPERATIONS"], "tenant": "demo"}\` | a token; also \`organization\`, \`subject\`, \`ttl\` (seconds) |

They answer pages of this machine only, and give no way into the product's data.

Logs are in the data folder: \`logs/<function>.log\` and \`logs/runtime.log\` (denied calls, failed functions).
`

const list = (names: readonly string[]) =>
  names.length === 0 ? '' : names.map((name) => (name === '*' ? 'all' : name)).join(', ')

/** The whole page, Markdown. */
export function supportPage(): string {
  const handled = Object.entries(resourceTypes).map(
    ([type, { here, uses, ignores }]) => `| ${type} | ${here} | ${list(uses)} | ${list(ignores)} |`,
  )
  const inert = Object.entries(inertTypes).map(([type, { why }]) => `| ${type} | ${why} |`)
  return [
    INTRODUCTION,
    '## Resource types that do something here\n',
    '| type | here | properties honoured | properties accepted without effect |',
    '|---|---|---|---|',
    ...handled,
    '\n## Resource types that are accepted and do nothing here\n',
    '| type | why |',
    '|---|---|',
    ...inert,
    '',
  ].join('\n')
}
