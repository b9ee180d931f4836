import type { FieldSpec } from '../kinds/kind'
import type { Page, Segment } from './blocks'
import { type Candidate, candidatesFrom } from './candidate'
import { isTitle } from './classify'
import { sameRow, sharedWidth, toBox, union } from './geometry'
import type { Labelled } from './layout'
import type { Habits } from './reading'

const COMPANY =
  /\b(?:ltd|limited|gmbh|inc|llc|llp|corp|corporation|company|co|s\.?a\.?|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|a\.?g|a\/s|bhd|pte|pty|plc|ltda|lda|oy|ab|kg|enterprises?|trading|industries|group|sdn)\b\.?/i

/** Whether a label stands beside a text: then it is the value of that label. */
const labelled = (segment: Segment, labels: Labelled['labels']): boolean =>
  [...labels.keys()].some(
    (l) => sameRow(l.at, segment.at) > 0.5 && l.at.right <= segment.at.left && segment.at.left - l.at.right < 0.1,
  )

const OPEN = /(?:&|,|\b(?:and|und|et|y|e|of))\s*$/i
const BRACKET = /\([^)]*$/
// Words that end a name, and do not begin one.
const ENDING =
  /^(?:ltd|limited|gmbh|inc|llc|corp|corporation|company|co|sdn|bhd|pte|pty|plc|enterprises?|trading|industries|holdings?|\()\b/i

/** Narrow heads print a name on two lines: one that ends in "&" or an open bracket goes on, one that begins with "SDN BHD" began above. */
function wholeName(best: Segment, page: Page): Segment[] {
  const beside = (a: Segment, b: Segment): boolean =>
    b.at.top - a.at.bottom < page.line && b.at.top > a.at.top && sharedWidth(a.at, b.at) > 0
  const next = (s: Segment): Segment | undefined => page.segments.find((o) => o !== s && beside(s, o))
  const previous = page.segments.find((o) => beside(o, best) && /^[\p{Lu}\s&.']+$/u.test(o.text) && !isTitle(o.text))
  const name = previous && ENDING.test(best.text) ? [previous, best] : [best]
  for (let last = name.at(-1); last && name.length < 4; last = name.at(-1)) {
    const text = name.map((s) => s.text).join(' ')
    const following = OPEN.test(text) || BRACKET.test(text) ? next(last) : undefined
    if (!following) break
    name.push(following)
  }
  return name
}

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
  const name = wholeName(best, page)
  const source = {
    method: 'pattern' as const,
    page: page.number,
    box: toBox(union(name.map((s) => s.box))),
    ocr: Math.min(...name.map((s) => s.confidence)),
    trust: company ? 0.78 : 0.55,
    label: '',
    lines: [name.map((s) => s.text).join(' ')],
  }
  // A form that asks for the name and got none does not have it in its print.
  const asked = new Set([...labels.values()].flat().flatMap((o) => o.fields))
  return wanted
    .filter((spec) => company !== undefined || !asked.has(spec.field))
    .flatMap((spec) => candidatesFrom(spec, source.lines[0] ?? '', source, habits))
}
