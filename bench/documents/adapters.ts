// Where the truth about a file lies, and which format it has.
import { basename, dirname } from 'node:path'
import { type Truth, text } from './case'
import { beside, filesUnder, IMAGE, named, stem } from './files'
import { at, isRecord, readJson, readText, textAt } from './json'
import { fromCrossIndustryInvoice, fromUbl } from './truth-electronic'
import { fromAzure, fromAzureLabels, fromDocumentAi, fromInvoice2data, fromSroie } from './truth-invoices'
import { fromExportName, fromMindee, fromReconciler, fromTranscript } from './truth-trade'

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

const kindsByName = (id: string): Truth['kinds'] | undefined => BY_NAME.find(([pattern]) => pattern.test(`/${id}`))?.[1]

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

/** The newest answer that names the file it is of; an answer that names none counts for the only document of its folder. */
function mindeeAnswer(file: string): unknown {
  const answers = filesUnder(dirname(file))
    .filter((f) => /[/\\]response_v\d+[/\\][^/\\]+\.json$/i.test(f))
    .reverse()
    .map((f) => ({ name: stem(f).toLowerCase(), answer: readable(f) }))
  const documents = filesUnder(dirname(file)).filter((f) => IMAGE.test(f) && dirname(f) === dirname(file))
  const own = (name: string | null): boolean => name?.toLowerCase() === basename(file).toLowerCase()
  const found =
    answers.find(({ answer }) => own(textAt(answer, 'document', 'name'))) ??
    answers.find(({ name }) => name === stem(file).toLowerCase()) ??
    (documents.length === 1 ? answers.find(({ name }) => /^(?:default_sample|complete)/.test(name)) : undefined)
  return found?.answer
}

function readable(file: string): unknown {
  try {
    return readJson(file)
  } catch {
    return undefined
  }
}

/** What is made of a path (or an answer), where there is one. */
const first = <A, T>(found: A | undefined, make: (found: A) => T | undefined): T | undefined =>
  found === undefined ? undefined : make(found)

/** A folder beside the file's own, as `key` lies beside `img`. */
const neighbour = (file: string, folder: string, ...endings: readonly string[]): string | undefined =>
  first(named(dirname(dirname(file)), folder), (dir) =>
    endings.map((ending) => named(dir, stem(file) + ending)).find((path) => path !== undefined),
  )

type Adapter = (file: string, id: string) => Truth | undefined

const transcript = (path: string, id: string): Truth | undefined => {
  const truth = readJson(path)
  return isRecord(truth) ? fromTranscript(truth, kindsByName(id)) : undefined
}

/** What was written down by hand, beside the file or for its folder. */
export const fromHand: Adapter = (file, id) =>
  first(beside(file, '.truth.json') ?? named(dirname(file), 'truth.json'), (path) => transcript(path, id))

const electronic = (path: string): Truth | undefined => {
  const xml = readText(path)
  return fromCrossIndustryInvoice(xml) ?? fromUbl(xml)
}

/** Truth formats, tried in order; the first that speaks of a file counts. */
const ADAPTERS: readonly Adapter[] = [
  fromHand,
  (file) => first(mindeeAnswer(file), (answer) => fromMindee(answer, productOf(answer, file))),
  (file, id) =>
    /si_bl_vgm/i.test(id)
      ? first(named(dirname(file), 'extracted_live.json'), (path) => fromReconciler(readJson(path), file))
      : undefined,
  (file, id) => (/real_export_sets/i.test(id) ? fromExportName(file) : undefined),
  (file, id) =>
    /sroie/i.test(id)
      ? first(neighbour(file, 'key', '.json', '.txt') ?? beside(file, '.json'), (path) => fromSroie(readJson(path)))
      : undefined,
  (file, id) =>
    /invoice2data/i.test(id) ? first(beside(file, '.json'), (path) => fromInvoice2data(readJson(path))) : undefined,
  (file) => first(neighbour(file, 'CII', '.cii.xml', '.xml') ?? beside(file, '.cii.xml', '.xml'), electronic),
  (file) => first(neighbour(file, 'UBL', '.ubl.xml', '.xml') ?? beside(file, '.ubl.xml'), electronic),
  (file) =>
    first(beside(file, '-output.json', '.output.json', '.json'), (path) => {
      const answer = readJson(path)
      return fromAzure(answer) ?? fromDocumentAi(answer)
    }),
  (file) => first(beside(file, '.labels.json'), (path) => fromAzureLabels(readJson(path))),
  (file, id) => first(beside(file, '.txt'), (path) => fromText(readText(path), kindsByName(id) ?? ['OTHER'])),
]

const productOf = (answer: unknown, file: string): string =>
  textAt(at(answer, 'document', 'inference', 'product'), 'name')
    ?.split('/')
    .at(-1) ?? basename(dirname(file))

/** What an adapter says; a truth that cannot be read is told, and counts as none. */
export function heard(adapter: Adapter, file: string, id: string): Truth | undefined {
  try {
    return adapter(file, id)
  } catch (error) {
    process.stderr.write(`${file}: truth unreadable (${error instanceof Error ? error.message : String(error)})\n`)
    return undefined
  }
}

/** The truth that lies about a file, whatever its format. */
export function writtenTruth(file: string, id: string): Truth | undefined {
  for (const adapter of ADAPTERS) {
    const truth = heard(adapter, file, id)
    if (truth) return truth
  }
  return undefined
}

/** Forms to be filled in: no value to read, whatever kind they are forms of. */
const isBlank = (id: string): boolean => /customs_forms|[-_]form\.|blank/i.test(id)

/** At least what kind a file is; nothing where neither a truth nor its path says so. */
export function truthOf(file: string, id: string): Truth | undefined {
  const written = writtenTruth(file, id)
  if (written) return written
  const kinds = kindsByName(id)
  if (!kinds) return undefined
  return isBlank(id) ? { kinds: [...kinds, 'OTHER'], expected: [], blank: true } : { kinds, expected: [] }
}
