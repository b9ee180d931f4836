// Letters for window envelopes (DIN 5008): the sender's address on one small line, the recipient's in the lines under it.
import type { FieldSpec } from '../kinds/kind'
import type { Page, Segment } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { toBox, union } from './geometry'
import type { Labelled } from './layout'
import type { Habits } from './reading'

const PARTS = /\s*[·•|,]\s+|\s+[–—-]\s+/
const POSTCODE = /(?<!\d)(?:[A-Z]{1,2}-)?\d{4,5}\s+\p{Lu}\p{L}/u

/** "Tischlerei Moor GmbH · Werkstr. 4 · 24103 Kiel": a name, a street, a town, with nothing else on the line. */
function isSenderLine(segment: Segment): boolean {
  const parts = segment.text.split(PARTS)
  return (
    segment.at.top > 0.06 &&
    segment.at.top < 0.25 &&
    segment.at.left < 0.2 &&
    parts.length >= 3 &&
    parts.length <= 5 &&
    /^\p{Lu}/u.test(parts[0] ?? '') &&
    POSTCODE.test(parts.at(-1) ?? '') &&
    !/[:@]/.test(segment.text)
  )
}

/** The lines that begin where the sender's does, one close under the other. */
function recipient(page: Page, sender: Segment, labels: Labelled['labels']): Segment[] {
  const lines: Segment[] = []
  for (let last = sender; lines.length < 7; ) {
    const next = page.segments
      .filter((s) => Math.abs(s.at.left - sender.at.left) < 3 * page.letter && s.at.top > last.at.top + 0.3 * page.line)
      .sort((a, b) => a.at.top - b.at.top)[0]
    if (!next || labels.has(next) || next.at.top - last.at.bottom > 1.6 * page.line) break
    lines.push(next)
    last = next
  }
  return lines
}

/** Sender and recipient of a letter that names neither by a label. */
export function fromSenderLine(
  page: Page,
  specs: ReadonlyMap<string, FieldSpec>,
  labels: Labelled['labels'],
  habits: Habits,
): Candidate[] {
  const sender = page.number === 1 ? page.segments.find(isSenderLine) : undefined
  const lines = sender ? recipient(page, sender, labels) : []
  if (!sender || lines.length < 3) return []
  const read = (spec: FieldSpec | undefined, segments: readonly Segment[], text: readonly string[]): Candidate[] =>
    spec === undefined
      ? []
      : candidatesFrom(
          spec,
          text[0] ?? '',
          {
            method: 'pattern',
            page: page.number,
            box: toBox(union(segments.map((s) => s.box))),
            ocr: Math.min(...segments.map((s) => s.confidence)),
            trust: 0.85,
            label: '',
            lines: [...text],
          },
          habits,
        )
  return [
    ...read(specs.get('seller') ?? specs.get('shipper'), [sender], sender.text.split(PARTS)),
    ...read(
      specs.get('buyer') ?? specs.get('consignee'),
      lines,
      lines.map((s) => s.text),
    ),
  ]
}
