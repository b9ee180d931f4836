import type { FieldSpec } from '../kinds/kind'
import type { Page, Segment } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { isTitle } from './classify'
import { sameRow, toBox } from './geometry'
import type { Labelled } from './layout'
import type { Habits } from './reading'

const COMPANY =
  /\b(?:ltd|limited|gmbh|inc|llc|llp|corp|corporation|company|co|s\.?a\.?|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a\.?g|a\/s|bhd|pte|pty|plc|ltda|lda|oy|ab|kg|enterprises?|trading|industries|group|sdn)\b\.?/i

/** Whether a label stands beside a text: then it is the value of that label. */
const labelled = (segment: Segment, labels: Labelled['labels']): boolean =>
  [...labels.keys()].some(
    (l) => sameRow(l.at, segment.at) > 0.5 && l.at.right <= segment.at.left && segment.at.left - l.at.right < 0.1,
  )

/** The name at the head of the paper: its first line that names a company, else its first line of words. */
export function fromLetterhead(
  page: Page,
  specs: ReadonlyMap<string, FieldSpec>,
  labels: Labelled['labels'],
  habits: Habits,
): Candidate[] {
  const wanted = [...specs.values()].filter((s) => s.letterhead)
  if (wanted.length === 0 || page.number !== 1) return []
  const head = page.segments.filter(
    (s) =>
      s.at.top < 0.22 &&
      !labels.has(s) &&
      !labelled(s, labels) &&
      /\p{Lu}\p{L}{2}|\p{L}+\.\p{L}{2}/u.test(s.text) &&
      !isTitle(s.text) &&
      !/^\W*(?:page|seite|tel|fax|www|http)/i.test(s.text),
  )
  const company = head.find((s) => COMPANY.test(s.text))
  const best =
    company ??
    head.find((s) => (s.text.match(/\p{L}/gu)?.length ?? 0) > 5 && s.text.split(' ').length <= 6 && !/\.$/.test(s.text))
  if (!best) return []
  const source = {
    method: 'pattern' as const,
    page: page.number,
    box: toBox(best.box),
    ocr: best.confidence,
    trust: company ? 0.78 : 0.55,
    label: '',
    lines: [best.text],
  }
  // A form that asks for the name and got none does not have it in its print.
  const asked = new Set([...labels.values()].flat().flatMap((o) => o.fields))
  return wanted
    .filter((spec) => company !== undefined || !asked.has(spec.field))
    .flatMap((spec) => candidatesFrom(spec, best.text, source, habits))
}
