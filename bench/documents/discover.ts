import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative } from 'node:path'
import { type Case, type Truth, text } from './case'
import { isRecord, readJson } from './json'
import { fromAzure, fromCrossIndustryInvoice, fromInvoice2data, fromSroie } from './truth-invoices'
import { fromExportName, fromMindee, fromReconciler, fromTranscript } from './truth-trade'

const IMAGE = /\.(?:pdf|png|jpe?g|tiff?)$/i

function filesUnder(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(dir, entry.name)) : [join(dir, entry.name)]))
    .sort()
}

/** Kinds by the words of a path, for documents whose truth says no more. Forms may be called what they are a form of. */
const BY_NAME: readonly (readonly [RegExp, Truth['kinds']])[] = [
  [/purchase[-_ ]?order|[-_/]po[-_]/i, ['OTHER']],
  [/shipping[-_ ]?instruction|isf|booking|freight_quotes|quotation|paystub|employment|receipt|sroie/i, ['OTHER']],
  [/\/pod\/|\/pod_|proof[-_ ]?of[-_ ]?delivery|delivery_notes?/i, ['PROOF_OF_DELIVERY']],
  [/air[-_ ]?waybill|awb/i, ['AIR_WAYBILL']],
  [/bill[-_ ]?of[-_ ]?lading|\/bol\/|\/bol_|waybill/i, ['BILL_OF_LADING']],
  [/packing[-_ ]?list/i, ['PACKING_LIST']],
  [/certificate[-_ ]?of[-_ ]?origin/i, ['CERTIFICATE_OF_ORIGIN']],
  [/arrival[-_ ]?notice/i, ['ARRIVAL_NOTICE']],
  [/delivery[-_ ]?order/i, ['DELIVERY_ORDER']],
  [/dangerous|\bdgd\b/i, ['DANGEROUS_GOODS_DECLARATION']],
  [/vgm/i, ['VGM']],
  [/customs[-_ ]?declaration|export[-_ ]?declaration/i, ['CUSTOMS_DECLARATION']],
  [/freight[-_ ]?invoice|carrier[-_ ]?invoice/i, ['CARRIER_INVOICE']],
  [/invoice|facture|rechnung|zugferd|bol\d{6}/i, ['COMMERCIAL_INVOICE']],
]

const kindsByName = (path: string): Truth['kinds'] | undefined => BY_NAME.find(([pattern]) => pattern.test(path))?.[1]

const sibling = (file: string, extension: string): string =>
  join(dirname(file), basename(file, extname(file)) + extension)

/** "Label: value" lines beside a text PDF. */
function fromText(content: string, kinds: Truth['kinds']): Truth {
  const fields: Readonly<Record<string, string[]>> = {
    'bol number': ['billOfLadingNumber'],
    'pod number': ['deliveryNumber'],
    'shipment id': ['shipmentReference'],
    'purchase order number': ['purchaseOrderNumber'],
    'carrier name': ['carrier'],
    'shipper name': ['shipper'],
    'consignee name': ['consignee'],
    'seal number': ['sealNumber'],
    'total packages': ['packageCount'],
    'total weight (kg)': ['grossWeight'],
    'total weight received (kg)': ['grossWeight'],
    'actual delivery date': ['deliveryDate'],
    'received by (signature)': ['receivedBy'],
  }
  const expected = content.split('\n').flatMap((line) => {
    const [label = '', ...rest] = line.split(':')
    const names = fields[label.trim().toLowerCase()]
    const value = rest.join(':').trim()
    if (!names || value === '') return []
    const numeric = /^[\d.,]+$/.test(value) && /Count|Weight/.test(names[0] ?? '')
    return [
      numeric
        ? { fields: names, value: Number(value.replace(/,/g, '')), as: 'number' as const }
        : { ...text(value, ...names), as: 'party' as const },
    ]
  })
  return { kinds, expected }
}

type Adapter = (file: string) => Truth | undefined

const ifExists = (path: string, make: (path: string) => Truth | undefined): Truth | undefined =>
  existsSync(path) ? make(path) : undefined

const transcript = (path: string): Truth | undefined => {
  const truth = readJson(path)
  return isRecord(truth) ? fromTranscript(truth) : undefined
}

/** Forms to be filled in: no value to read, whatever kind they are forms of. */
const isBlank = (file: string): boolean => /customs_forms|[-_]form\.|blank/i.test(file)

/** Truth formats, tried in order; the first that speaks of a file counts. */
const ADAPTERS: readonly Adapter[] = [
  (file) => ifExists(sibling(file, '.truth.json'), transcript),
  (file) => ifExists(join(dirname(file), 'truth.json'), transcript),
  (file) => {
    const product = basename(dirname(file))
    const answer = readdirSync(dirname(file))
      .filter((folder) => /^response_v\d+$/.test(folder))
      .sort()
      .reverse()
      .flatMap((folder) =>
        [`${basename(file, extname(file))}.json`, 'default_sample.json', 'complete.json'].map((name) =>
          join(dirname(file), folder, name),
        ),
      )
      .find(existsSync)
    return answer ? fromMindee(readJson(answer), product) : undefined
  },
  (file) =>
    /si_bl_vgm/.test(file)
      ? ifExists(join(dirname(file), 'extracted_live.json'), (p) => fromReconciler(readJson(p), file))
      : undefined,
  (file) => (/real_export_sets/.test(file) ? fromExportName(file) : undefined),
  (file) =>
    /sroie/.test(file)
      ? ifExists(join(dirname(dirname(file)), 'key', `${basename(file, extname(file))}.json`), (p) =>
          fromSroie(readJson(p)),
        )
      : undefined,
  (file) =>
    /invoice2data/.test(file) ? ifExists(sibling(file, '.json'), (p) => fromInvoice2data(readJson(p))) : undefined,
  (file) =>
    /zugferd/i.test(file)
      ? ifExists(join(dirname(dirname(file)), 'CII', `${basename(file, extname(file))}.cii.xml`), (p) =>
          fromCrossIndustryInvoice(readFileSync(p, 'utf8')),
        )
      : undefined,
  (file) =>
    ifExists(join(dirname(file), `${basename(file, extname(file))}-output.json`), (p) => fromAzure(readJson(p))),
  (file) => ifExists(sibling(file, '.txt'), (p) => fromText(readFileSync(p, 'utf8'), kindsByName(file) ?? ['OTHER'])),
]

/** What an adapter says; a truth that cannot be read is told, and counts as none. */
function heard(adapter: Adapter, file: string): Truth | undefined {
  try {
    return adapter(file)
  } catch (error) {
    process.stderr.write(`${file}: truth unreadable (${error instanceof Error ? error.message : String(error)})\n`)
    return undefined
  }
}

function truthOf(file: string, id: string): Truth | undefined {
  for (const adapter of ADAPTERS) {
    const truth = heard(adapter, file)
    if (truth) return truth
  }
  const kinds = kindsByName(`/${id}`)
  if (!kinds) return undefined
  return isBlank(file) ? { kinds: [...kinds, 'OTHER'], expected: [], blank: true } : { kinds, expected: [] }
}

/** Our own transcripts of papers that came without truth, each by the paths that it speaks of. */
function ownTruth(transcripts: string, id: string): Truth | undefined {
  const named = filesUnder(transcripts).map(readJson).filter(isRecord)
  const found = named.find(({ of }) => typeof of === 'string' && id.startsWith(of))
  return found ? fromTranscript(found) : undefined
}

/** Files for the local OCR: every document of which the folder says at least what kind it is. */
export function localCases(dir: string, transcripts: string): Case[] {
  const folders = ['02_shipping_docs', '01_textract']
  return folders.flatMap((folder) =>
    filesUnder(join(dir, folder))
      .filter((file) => IMAGE.test(file))
      .flatMap((file) => {
        const id = relative(dir, file)
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
  const answers = [...filesUnder(join(dir, '01_textract')), ...filesUnder(join(dir, '02_shipping_docs'))].filter(
    (f) => /\.json$/i.test(f) && isAnswer(f),
  )
  return answers.flatMap((file) => {
    const id = relative(dir, file)
    const beside = filesUnder(dirname(file)).find((f) => IMAGE.test(f) && dirname(f) === dirname(file))
    const truth =
      ownTruth(transcripts, id) ??
      heard((answer) => ifExists(sibling(answer, '.truth.json'), transcript), file) ??
      (beside ? heard((paper) => ifExists(sibling(paper, '.truth.json'), transcript), beside) : undefined) ??
      (beside && /pairs/.test(file) ? ADAPTERS.map((a) => heard(a, beside)).find((t) => t !== undefined) : undefined) ??
      (GENERAL.test(id) ? { kinds: ['OTHER' as const], expected: [] } : undefined)
    return truth ? [{ id, path: 'textract' as const, file, truth }] : []
  })
}

function isAnswer(file: string): boolean {
  const head = readFileSync(file, 'utf8')
  if (!/"(?:Blocks|ExpenseDocuments)"/.test(head)) return false
  try {
    const answer = readJson(file)
    const list = isRecord(answer) ? [answer] : Array.isArray(answer) ? answer.filter(isRecord) : []
    return list.some((a) => Array.isArray(a.Blocks) || Array.isArray(a.ExpenseDocuments))
  } catch {
    return false
  }
}
