// Where the value of a label may stand.
import type { ExtractionMethod } from '../../../schemas/extraction'
import type { FieldType } from '../kinds/kind'
import type { Segment } from './blocks'
import { figureUnderUnit } from './columns-of-units'
import type { Occurrence } from './labels'
import { continued, type Found, type Labelled, partOf, valueBelow, valueRight } from './layout'
import { fold, tokens } from './text'
import { MULTILINE } from './values'

const MAX_LINES = 7

/** `unit`: what heads the column the value stands in, where its label does not say. */
export type Place = { found: Found; method: ExtractionMethod; trust: number; unit?: string }

function inline(occurrence: Occurrence, layout: Labelled, multiline: boolean): Place | undefined {
  const text = occurrence.rest.trim()
  if (tokens(text).length === 0) return undefined
  const { segment, restStart, rest } = occurrence
  const part = partOf(segment, restStart, restStart + rest.length)
  const first: Found = { lines: [text], segments: [segment], distance: 0, ...part }
  // A value that runs to its line's end may go on to the right of a wide gap.
  const ends = restStart + rest.length >= segment.text.length
  const found = multiline && ends ? continued(layout, segment, first, MAX_LINES) : first
  return { found, method: 'label-right', trust: 1 }
}

const WORDY: ReadonlySet<FieldType> = new Set(['name', 'text', 'phrase', 'party', 'country'])

function beside(occurrence: Occurrence, layout: Labelled, type: FieldType): Place | undefined {
  const { segment } = occurrence
  const figure = type === 'weight' ? figureUnderUnit(layout, segment) : undefined
  if (figure) {
    const { at, box, text, confidence } = figure.segment
    const found = { lines: [text], segments: [figure.segment], at, box, confidence, distance: 0 }
    return { found, method: 'label-right', trust: 0.9, unit: figure.unit }
  }
  const right = valueRight(layout, segment)
  if (!right) return undefined
  const found = MULTILINE.has(type) ? continued(layout, segment, right, MAX_LINES) : right
  const far = Math.min(0.25, Math.max(0, right.distance - 8) * 0.006)
  // "CARRIER | INFORMATION": any words may follow a lone word; a number or date would not by chance.
  const bare = !occurrence.colon && WORDY.has(type) && tokens(occurrence.text).length <= 1 ? 0.75 : 1
  return { found, method: 'label-right', trust: ((occurrence.colon ? 1 : 0.9) - far) * bare }
}

function under(occurrence: Occurrence, layout: Labelled, type: FieldType, rival: number): Place | undefined {
  const below = valueBelow(layout, occurrence.segment, MULTILINE.has(type) ? MAX_LINES : 1, occurrence.start)
  if (!below) return undefined
  const far = Math.min(0.35, below.distance * 0.1)
  // Under "Total" alone stands a column's first amount more often than the total.
  const column = type === 'money' && tokens(occurrence.text).length === 1 ? 0.6 : 1
  return { found: below, method: 'label-below', trust: (1 - far) * rival * column }
}

/** Everything that may be the value of a label: what follows it, what stands beside it, what stands under it. */
export function placesOf(occurrence: Occurrence, layout: Labelled, type: FieldType): Place[] {
  const multiline = MULTILINE.has(type)
  const followed = inline(occurrence, layout, multiline)
  const later = layout.labels.get(occurrence.segment)?.some((o) => o.start > occurrence.start)
  const right = followed || later ? undefined : beside(occurrence, layout, type)
  const headed = type === 'party' && !followed ? section(layout, occurrence.segment) : undefined
  if (headed) return [headed]
  const below = under(occurrence, layout, type, followed ? 0.45 : right && occurrence.colon ? 0.75 : 1)
  return [followed, right, below].filter((place) => place !== undefined)
}

// Sub-labels of an address block: "Name:", "Company name", "Firma".
const NAME_LABEL = /^(?:company\s+)?(?:name|firma|nom|nombre|nome|naam|razon social)\s*[:.]?\s*/i
const ADDRESS_LABEL = /^(?:street\s+)?(?:address|anschrift|adresse|direccion|endereco|adres|indirizzo)\s*[:.]?\s*/i

/** A heading ("Verkäufer", "SHIP FROM") over rows of "Name: …", "Address: …". */
function section(layout: Labelled, segment: Segment): Place | undefined {
  const { line, letter } = layout.page
  const rows = layout.order.filter(
    (s) => s.at.top >= segment.at.bottom - 0.4 * line && s.at.top < segment.at.bottom + 14 * line,
  )
  const starts = rows.filter((s) => Math.abs(s.at.left - segment.at.left) < 30 * letter)
  const named = starts.find(
    (s) => NAME_LABEL.test(fold(s.text)) && fold(s.text).replace(NAME_LABEL, '').length < s.text.length,
  )
  if (!named || named.at.top > segment.at.bottom + 9 * line) return undefined
  const rest = named.text.slice(fold(named.text).match(NAME_LABEL)?.[0].length ?? 0).trim()
  const beside = valueRight(layout, named)
  const first =
    rest !== ''
      ? { lines: [rest], segments: [named], at: named.at, box: named.box, confidence: named.confidence, distance: 0 }
      : beside
  if (!first) return undefined
  const address = starts.find((s) => s.at.top > named.at.top && ADDRESS_LABEL.test(fold(s.text)))
  const street = address && valueRight(layout, address)
  const found = street ? continued(layout, address, street, 4) : undefined
  return { found: { ...first, lines: [...first.lines, ...(found?.lines ?? [])] }, method: 'label-right', trust: 0.93 }
}
