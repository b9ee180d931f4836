/** Checks of the rules of a Choice state. */
import { operators } from './choice'
import type { Json, JsonObject } from './json'
import { type Check, expression, path, payload } from './validate-expressions'
import { checkFields, type FieldTable } from './validate-fields'
import { objectAt, type Place } from './validate-report'
import { flag, name, nonEmptyList, text, timestamp } from './validate-values'

const COMMON: FieldTable = {
  Next: { check: name },
  Comment: { check: text },
  Assign: { check: payload },
}

const JSONATA_RULE: FieldTable = {
  ...COMMON,
  Next: { check: name, required: true },
  Condition: {
    check: (place, value) => (typeof value === 'boolean' ? undefined : expression(place, value)),
    required: true,
  },
  Output: { check: payload },
}

const numeric: Check = (place, value) => {
  if (typeof value !== 'number') place.say('INVALID_VALUE', 'This must be a number')
}

const COMPARISON: FieldTable = { ...COMMON, Variable: { check: path, required: true } }
const COMBINATION: FieldTable = {
  ...COMMON,
  And: { check: () => {} },
  Or: { check: () => {} },
  Not: { check: () => {} },
}
const OPERATORS: FieldTable = {}
for (const operator of operators.types) OPERATORS[operator] = { check: flag }
for (const operator of operators.comparisons) {
  OPERATORS[operator] = { check: literalCheck(operator) }
  if (operator !== 'StringMatches') OPERATORS[`${operator}Path`] = { check: path }
}

function literalCheck(operator: string): Check {
  if (operator.startsWith('Numeric')) return numeric
  if (operator.startsWith('Boolean')) return flag
  return operator.startsWith('Timestamp') ? timestamp : text
}

export const choices: Check = (place, value) => {
  for (const [index, rule] of nonEmptyList(place, value, 'Choices').entries()) checkRule(place.at(index), rule, true)
}

function checkRule(place: Place, value: Json, top: boolean) {
  const rule = objectAt(place, value)
  if (!rule) return
  if (place.jsonata) return checkFields(place, rule, JSONATA_RULE)
  if (top && !('Next' in rule)) place.say('MISSING_FIELD', 'These fields are required: [Next]')
  if (!top && 'Next' in rule) place.at('Next').say('MISPLACED_FIELD', "'Next' belongs to the outermost rule")
  const combination = ['And', 'Or', 'Not'].filter((field) => field in rule)
  if (combination.length > 0) checkCombination(place, rule, combination)
  else checkComparison(place, rule)
}

function checkCombination(place: Place, rule: JsonObject, combination: string[]) {
  checkFields(place, rule, COMBINATION)
  if (combination.length > 1)
    place.say('CONFLICTING_FIELDS', `You can only specify one of: [${combination.join(', ')}]`)
  for (const field of combination) {
    const inner = rule[field]
    if (field === 'Not') checkRule(place.at(field), inner ?? null, false)
    else checkRules(place.at(field), nonEmptyList(place.at(field), inner, field))
  }
}

function checkRules(place: Place, rules: Json[]) {
  for (const [index, rule] of rules.entries()) checkRule(place.at(index), rule, false)
}

function checkComparison(place: Place, rule: JsonObject) {
  checkFields(place, rule, { ...COMPARISON, ...OPERATORS })
  const used = Object.keys(rule).filter((field) => field in OPERATORS)
  if (used.length === 0) place.say('MISSING_FIELD', 'A rule needs a comparison operator')
  if (used.length > 1) place.say('CONFLICTING_FIELDS', `You can only specify one of: [${used.join(', ')}]`)
}
