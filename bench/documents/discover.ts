// Which documents lie in a folder, and what is known of each.
import { basename, dirname, join, relative } from 'node:path'
import { fromHand, heard, truthOf, writtenTruth } from './adapters'
import type { Case, Truth } from './case'
import { filesUnder, IMAGE } from './files'
import { isRecord, readJson, readText } from './json'
import { fromTranscript } from './truth-trade'

const FOLDERS = { recorded: '01_textract', papers: '02_shipping_docs' }

/** Our own transcripts of papers that came without truth, each by the paths that it speaks of. */
function ownTruth(transcripts: string, id: string): Truth | undefined {
  const named = filesUnder(transcripts).map(readJson).filter(isRecord)
  const found = named.find(({ of }) => typeof of === 'string' && id.startsWith(of))
  return found ? fromTranscript(found) : undefined
}

/** Paths as truths and kinds are told by: with slashes, whatever the system. */
const idOf = (dir: string, file: string): string => relative(dir, file).replaceAll('\\', '/')

/** Files for the local OCR: every document of which the folder says at least what kind it is. */
export function localCases(dir: string, transcripts: string): Case[] {
  return [FOLDERS.papers, FOLDERS.recorded].flatMap((folder) =>
    filesUnder(join(dir, folder))
      .filter((file) => IMAGE.test(file))
      .flatMap((file) => {
        const id = idOf(dir, file)
        const truth = ownTruth(transcripts, id) ?? truthOf(file, id)
        return truth ? [{ id, path: 'local' as const, file, truth }] : []
      }),
  )
}

/** Documents whose pages carry no trade paper at all: samples of forms, tables and prose. */
const GENERAL =
  /paystub|employment|single-?page|multi-?page|gib|table|matrix|reading_order|form\.png|test\.png|simple-document|two-column|signature|queries|query|layout|test-response|test_textractor|detect_document/i

/** Recorded answers of Textract, with the truth beside them, beside their document, or among our own transcripts. */
export function recordedCases(dir: string, transcripts: string): Case[] {
  const answers = [FOLDERS.recorded, FOLDERS.papers]
    .flatMap((folder) => filesUnder(join(dir, folder)))
    .filter((f) => /\.json$/i.test(f) && isAnswer(f))
  return answers.flatMap((file) => {
    const id = idOf(dir, file)
    const paper = filesUnder(dirname(file)).find((f) => IMAGE.test(f) && dirname(f) === dirname(file))
    const truth =
      ownTruth(transcripts, id) ??
      heard(fromHand, file, id) ??
      (paper ? heard(fromHand, paper, id) : undefined) ??
      (paper && /pairs/.test(id) ? writtenTruth(paper, idOf(dir, paper)) : undefined) ??
      (GENERAL.test(id) ? { kinds: ['OTHER' as const], expected: [] } : undefined)
    return truth ? [{ id, path: 'textract' as const, file, truth }] : []
  })
}

/** An answer of Textract, whole enough to be told from others' JSON. */
function isAnswer(file: string): boolean {
  try {
    if (!/"(?:Blocks|ExpenseDocuments)"/.test(readText(file))) return false
    const answer = readJson(file)
    const list = Array.isArray(answer) ? answer.filter(isRecord) : [answer].filter(isRecord)
    return list.some((a) => Array.isArray(a.Blocks) || Array.isArray(a.ExpenseDocuments))
  } catch (error) {
    process.stderr.write(`${basename(file)}: no answer (${error instanceof Error ? error.message : String(error)})\n`)
    return false
  }
}
