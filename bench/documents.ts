/**
 * Measures the reading of documents against truth: `npm run bench:documents -- --dir DIR [--json] [--errors] [--cache DIR]`.
 * DIR is laid out like the shared test material. Two paths: recorded answers of Textract, and the local OCR.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readDocument, type TextractResponse } from '../functions/documents/extraction/read-document'
import { createReader, type Reader } from '../local/textract/reader'
import type { Case } from './documents/case'
import { localCases, recordedCases } from './documents/discover'
import { isRecord, readJson } from './documents/json'
import { judge, type Outcome } from './documents/score'
import { calibration, summarise, thresholdFor } from './documents/summary'

type Answer = { responses: TextractResponse[]; seconds: number }

function recorded(file: string): Answer {
  const answer = readJson(file)
  const list = (Array.isArray(answer) ? answer : [answer]).filter(isRecord)
  // The reader takes every part as optional, so a record is a response as far as types go.
  return { responses: list as TextractResponse[], seconds: 0 }
}

/** Reads a file with the local OCR; with a cache folder, once (for work on the rules). */
async function ocr(reader: Reader, file: string, cache: string | undefined): Promise<Answer> {
  const key = createHash('sha256').update(file).digest('hex').slice(0, 24)
  const kept = cache ? join(cache, `${key}.json`) : undefined
  // Written below by ourselves.
  if (kept && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Answer
  const started = process.hrtime.bigint()
  const result = await reader.read(readFileSync(file), { features: ['FORMS', 'TABLES'] }, { urgent: true })
  const answer: Answer = {
    responses: [{ Blocks: result.pages.flatMap((page) => page.blocks) }],
    seconds: Number(process.hrtime.bigint() - started) / 1e9,
  }
  if (kept) writeFileSync(kept, JSON.stringify(answer))
  return answer
}

async function run(c: Case, reader: Reader, cache: string | undefined): Promise<Outcome> {
  const started = process.hrtime.bigint()
  const since = (): number => Number(process.hrtime.bigint() - started) / 1e9
  try {
    const answer = c.path === 'textract' ? recorded(c.file) : await ocr(reader, c.file, cache)
    const read = process.hrtime.bigint()
    const extraction = readDocument(answer.responses)
    return judge(c, extraction, answer.seconds + Number(process.hrtime.bigint() - read) / 1e9)
  } catch (error) {
    process.stderr.write(`${c.id}: ${error instanceof Error ? error.message : String(error)}\n`)
    return { ...judge(c, readDocument({ Blocks: [] }), since()), readable: false }
  }
}

function grouped(
  outcomes: readonly Outcome[],
  key: (o: Outcome) => string,
  threshold: number | null,
): Record<string, unknown> {
  const names = [...new Set(outcomes.map(key))].sort()
  return Object.fromEntries(
    names.map((name) => [
      name,
      summarise(
        outcomes.filter((o) => key(o) === name),
        threshold,
      ),
    ]),
  )
}

const percent = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(1)} %`)

function printErrors(outcomes: readonly Outcome[]): void {
  for (const o of outcomes) {
    if (!o.classified) process.stderr.write(`${o.path} ${o.id}: is ${o.expectedKind}, read as ${o.kind}\n`)
    for (const j of o.judged.filter((j) => j.outcome !== 'right')) {
      process.stderr.write(
        `${o.path} ${o.id}: ${j.field} ${j.outcome} (${j.confidence.toFixed(2)}) expected ${j.expected} got ${j.got}\n`,
      )
    }
    const { right, stated, expected } = o.lines
    if (expected > 0 && (right < expected || stated > expected))
      process.stderr.write(`${o.path} ${o.id}: lines ${right} right of ${expected}, ${stated} stated\n`)
  }
}

/** Standard output belongs to the report alone: what libraries print, in this thread or the reader's, goes to stderr. */
function printReport(report: string): void {
  process.stdout.write = stdout
  process.stdout.write(`${report}\n`)
}
const stdout = process.stdout.write.bind(process.stdout)

async function outcomesIn(dir: string, cache: string | undefined): Promise<Outcome[]> {
  const transcripts = join(__dirname, 'documents', 'transcripts')
  const cases = [...recordedCases(dir, transcripts), ...localCases(dir, transcripts)]
  // Measured is how well and how fast documents are read, not whether a busy machine meets a deadline.
  const reader = createReader({ deadline: 600_000, memory: 2_000_000_000 })
  const outcomes: Outcome[] = []
  for (const c of cases) outcomes.push(await run(c, reader, cache))
  await reader.close()
  return outcomes
}

function reportOf(outcomes: readonly Outcome[]) {
  const threshold = thresholdFor(outcomes.flatMap((o) => o.judged))
  return {
    summary: summarise(outcomes, threshold),
    byKind: grouped(outcomes, (o) => o.expectedKind, threshold),
    byPath: grouped(outcomes, (o) => o.path, threshold),
    bySource: grouped(outcomes, (o) => o.id.split('/').slice(0, 2).join('/'), threshold),
    calibration: calibration(outcomes),
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string', default: process.env.PORTOLAN_DATA ?? '../shared/data' },
      json: { type: 'boolean', default: false },
      errors: { type: 'boolean', default: false },
      cache: { type: 'string' },
    },
  })
  process.stdout.write = process.stderr.write.bind(process.stderr)
  if (values.cache) mkdirSync(values.cache, { recursive: true })
  if (!existsSync(values.dir)) {
    process.stderr.write(`No such folder: ${values.dir}\n`)
    process.exitCode = 1
  }
  const outcomes = await outcomesIn(values.dir, values.cache)
  const report = reportOf(outcomes)
  if (values.errors) printErrors(outcomes)
  if (values.json) return printReport(JSON.stringify(report, null, 2))
  const s = report.summary
  printReport(
    `${s.documents} documents: classification ${percent(s.classification)}, fields P ${percent(s.fieldPrecision)} R ${percent(s.fieldRecall)} F1 ${percent(s.fieldF1)}, verified ${percent(s.verifiedShare)}, ${s.secondsPerPage ?? '-'} s a page`,
  )
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
