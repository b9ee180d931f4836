/** What most evidence stands for, and who says otherwise. Pure, and blind to the order of the documents. */
import { createHash } from 'node:crypto'
import type { Disagreement, MatrixRow, Severity } from '../../../schemas/document-matrix'
import type { NormalisedValue } from '../../../schemas/extraction'
import type { Policy, Rule } from './policies'
import { ALIKE, keyOf, likeness, nameOf, samePlace, sameText, show, within } from './values'
import { SHIPMENT, SURE, type Witness } from './witnesses'

export interface Comparison {
  agreed?: MatrixRow['agreed']
  disagreements: Disagreement[]
}

type Compared = Exclude<Rule, { kind: 'order' | 'arithmetic' | 'lines' }>

export function compare(policy: Policy, rule: Compared, witnesses: readonly Witness[]): Comparison {
  const agreed = mostBelieved(rule, witnesses)
  if (!agreed) return { disagreements: [] }
  const agreeing = witnesses.filter((witness) => compatible(rule, agreed, witness))
  const against = agreeing.flatMap(({ sources }) => sources).sort()
  return {
    agreed: { values: agreed.values, sources: against },
    disagreements: witnesses
      .filter((witness) => !agreeing.includes(witness))
      .map((witness) =>
        disagreement(policy, {
          sources: witness.sources,
          against,
          severity: severityOf(policy, rule, agreed, witness),
          message: `${speakers(witness.sources)} ${said(witness)}; ${speakers(against)} ${said(agreed)}${doubt(witness)}`,
          values: [valueKey(witness), valueKey(agreed)],
        }),
      ),
  }
}

/** The witness whom the most confidence agrees with; one that names all things before one that names some. */
function mostBelieved(rule: Compared, witnesses: readonly Witness[]): Witness | undefined {
  const whole = witnesses.filter((witness) => !witness.part)
  if (whole.length === 0) return pooled(witnesses)
  const belief = (candidate: Witness) =>
    witnesses.filter((it) => compatible(rule, candidate, it)).reduce((sum, it) => sum + it.confidence, 0)
  return whole
    .map((witness) => ({ witness, belief: belief(witness) }))
    .sort(
      (a, b) =>
        b.belief - a.belief ||
        b.witness.confidence - a.witness.confidence ||
        (valueKey(a.witness) < valueKey(b.witness) ? -1 : 1),
    )[0]?.witness
}

/** Where all name some things only, all of them together are the whole. */
function pooled(parts: readonly Witness[]): Witness | undefined {
  if (parts.length === 0) return undefined
  const values = new Map(parts.flatMap((part) => part.values).map((value) => [keyOf(value), value]))
  return {
    sources: parts.flatMap(({ sources }) => sources).sort(),
    values: [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
    confidence: Math.min(...parts.map(({ confidence }) => confidence)),
    part: false,
  }
}

/** Symmetric. */
export function compatible(rule: Compared, a: Witness, b: Witness): boolean {
  if (rule.kind === 'set') return sameSet(a, b)
  return a.values.some((x) => b.values.some((y) => same(rule, x, y)))
}

function same(rule: Exclude<Compared, { kind: 'set' }>, x: NormalisedValue, y: NormalisedValue): boolean {
  switch (rule.kind) {
    case 'exact':
      return keyOf(x) === keyOf(y)
    case 'tolerance':
      return within(x, y, rule.share, rule.least)
    case 'name':
      return likeness(nameOf(x), nameOf(y)) === 1
    case 'place':
      return samePlace(x, y)
    case 'text':
      return sameText(x, y)
  }
}

/** Tariff codes are compared by the digits that all countries share. */
const memberKey = (value: NormalisedValue) =>
  value.type === 'code' && /^\d{6,10}$/.test(value.code) ? value.code.slice(0, 6) : keyOf(value)

function sameSet(a: Witness, b: Witness): boolean {
  const [x, y] = [a, b].map(({ values }) => new Set(values.map(memberKey))) as [Set<string>, Set<string>]
  const covers = (whole: Set<string>, part: Set<string>) => [...part].every((member) => whole.has(member))
  if (a.part && b.part) return true
  if (a.part) return covers(y, x)
  return covers(x, y) && (b.part || covers(y, x))
}

function severityOf(policy: Policy, rule: Compared, agreed: Witness, witness: Witness): Severity {
  if (policy.severity === 'WARN' || witness.confidence < SURE) return 'WARN'
  const pairs = witness.values.flatMap((x) => agreed.values.map((y) => [x, y] as const))
  const slight = pairs.some(([x, y]) => {
    if (rule.kind === 'name') return likeness(nameOf(x), nameOf(y)) >= ALIKE
    return rule.kind === 'tolerance' && within(x, y, rule.warnTo, rule.least)
  })
  return slight ? 'WARN' : 'ERROR'
}

const valueKey = ({ values }: Witness) => values.map(keyOf).sort().join('|')
const said = ({ values }: Witness) => values.map(show).sort().join(', ')
const speakers = (sources: readonly string[]) =>
  `${sources.map((source) => (source === SHIPMENT ? 'the shipment' : source)).join(' and ')} ${sources.length > 1 ? 'say' : 'says'}`
const doubt = ({ confidence }: Witness) =>
  confidence < SURE ? ` (read with ${Math.round(confidence * 100)} %: look at the page)` : ''

/** A disagreement with its key. */
export function disagreement(
  { code }: Policy,
  { values, ...found }: Omit<Disagreement, 'key' | 'check'> & { values: readonly string[] },
): Disagreement {
  const identity = JSON.stringify([code, [...found.sources].sort(), values])
  return { key: createHash('sha256').update(identity).digest('base64url').slice(0, 16), check: code, ...found }
}
