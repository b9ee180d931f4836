/** `npm run conformance:engine -- --dir DIR [--json] [--write]`: the engine against recordings of the real service. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { judge } from './engine-judge'
import { readRecordings } from './engine-recordings'
import { document, summary, table } from './engine-report'

async function main() {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      json: { type: 'boolean' },
      write: { type: 'boolean' },
      verbose: { type: 'boolean' },
    },
  })
  const dir = values.dir ?? `${process.env.PORTOLAN_DATA ?? '../shared/data'}/08_asl`
  const recordings = readRecordings(dir)
  if (recordings.length === 0) {
    process.stderr.write(`No recordings in ${dir}: nothing was run.\n`)
    process.exitCode = 2
    return
  }
  const verdicts = []
  for (const recording of recordings) verdicts.push(await judge(recording))
  if (values.write) writeFileSync('docs/engine-conformance.md', document(verdicts))
  process.stdout.write(values.json ? `${JSON.stringify(summary(verdicts))}\n` : table(verdicts))
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
})
