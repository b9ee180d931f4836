/** Each broken definition is a small change of one that ships, and is refused for that reason. */
import fc from 'fast-check'
import type { Json } from '../../../engine/json'
import { validateSop } from '../../../functions/authoring/domain/validate'
import type { Known } from '../../../functions/authoring/domain/validation/known'
import type { InternalRole } from '../../../schemas/role'
import { ProductSopId } from '../../../schemas/sop'
import type { SopFindingCode } from '../../../schemas/sop-finding'
import { type Edit, edited } from '../../support/sop-edits'
import { readMachine } from '../../support/sop-world'

const OPS = 'RunShipment.Branches.0.States'
const FINANCE = 'RunShipment.Branches.1.States'
const PICK_UP = `${OPS}.AwaitPickUp`
const RELEASE = 'RunShipment.Branches.1.States.ReleaseCargo'
const BATCH = 'ClearBatch.Branches.0.States'
const payload = (state: string) => `${state}.Arguments.Payload`

type Case = [what: string, code: SopFindingCode, ...edits: Edit[]]

const ROAD: Case[] = [
  ['no StartAt', 'MISSING_FIELD', { at: '/StartAt' }],
  ['a field that no state has', 'UNKNOWN_FIELD', { at: 'ScreenParties.Retries', to: [] }],
  ['a field of JSONPath', 'MISPLACED_FIELD', { at: 'ScreenParties.ResultPath', to: '$.x' }],
  ['a type that does not exist', 'INVALID_VALUE', { at: 'CheckBilling.Type', to: 'Tusk' }],
  ['an expression that does not parse', 'INVALID_JSONATA', { at: `${PICK_UP}.TimeoutSeconds`, to: '{% $max([60, %}' }],
  ['both Next and End', 'INVALID_TRANSITION', { at: 'CheckBilling.End', to: true }],
  ['neither Next nor End', 'INVALID_TRANSITION', { at: 'CheckBilling.Next' }],
  ['a Next to nowhere', 'MISSING_TRANSITION_TARGET', { at: `${PICK_UP}.Next`, to: 'AwaitGodot' }],
  ['a way out of a branch', 'MISSING_TRANSITION_TARGET', { at: `${PICK_UP}.Next`, to: 'CheckBilling' }],
  ['a state that is passed by', 'UNREACHABLE_STATE', { at: `${OPS}.AssignTruck.Next`, to: 'AnnounceDelivery' }],
  [
    'a branch that never ends',
    'NO_TERMINAL_STATE',
    { at: `${FINANCE}.ReviewCharges.End` },
    { at: `${FINANCE}.ReviewCharges.Next`, to: 'ReviewCharges' },
  ],
  ['two states of one name', 'DUPLICATE_STATE_NAME', { at: `${FINANCE}.AwaitPickUp`, to: { Type: 'Pass', End: true } }],
  [
    'all errors, and one of them beside',
    'INVALID_ERROR_NAMES',
    { at: `${PICK_UP}.Catch.0.ErrorEquals`, to: ['States.ALL', 'States.Timeout'] },
  ],
  ['JSONPath', 'NOT_JSONATA', { at: '/QueryLanguage' }],
  ['a Map', 'FOREIGN_STATE', { at: 'CheckBilling.Type', to: 'Map' }],
  [
    'a Wait, which the shipment would not show',
    'FOREIGN_STATE',
    { at: `${OPS}.AnnounceDelivery`, to: { Type: 'Wait', Seconds: 60, Next: 'AwaitDelivery' } },
  ],
  [
    'a call to the table',
    'FOREIGN_RESOURCE',
    { at: 'CompleteShipment.Resource', to: 'arn:aws:states:::dynamodb:deleteItem' },
  ],
  [
    'any call of the SDK',
    'FOREIGN_RESOURCE',
    { at: 'CompleteShipment.Resource', to: 'arn:aws:states:::aws-sdk:iam:createUser' },
  ],
  ['a call over HTTP', 'FOREIGN_RESOURCE', { at: 'CompleteShipment.Resource', to: 'arn:aws:states:::http:invoke' }],
  [
    'another function',
    'FOREIGN_FUNCTION',
    { at: 'CompleteShipment.Arguments.FunctionName', to: 'arn:aws:lambda:eu-central-1:1:function:other' },
  ],
  [
    'a function that is computed',
    'FOREIGN_FUNCTION',
    { at: 'CompleteShipment.Arguments.FunctionName', to: '{% $states.input.f %}' },
  ],
  ['an asynchronous call', 'FOREIGN_ARGUMENT', { at: 'CompleteShipment.Arguments.InvocationType', to: 'Event' }],
  [
    'another role',
    'FOREIGN_CREDENTIALS',
    { at: 'CompleteShipment.Credentials', to: { RoleArn: 'arn:aws:iam::1:role/admin' } },
  ],
  ['another tenant', 'FOREIGN_SHIPMENT', { at: `${payload('CompleteShipment')}.tenantId`, to: 'rival' }],
  [
    'another shipment',
    'FOREIGN_SHIPMENT',
    { at: `${payload('CompleteShipment')}.shipmentId`, to: '{% $states.input.shipmentId %}' },
  ],
  ['more than can be stored', 'TOO_LARGE', { at: '/Comment', to: 'x'.repeat(300_000) }],
  ['a step that does not exist', 'UNKNOWN_STEP', { at: `${payload('CompleteShipment')}.step`, to: 'deleteShipment' }],
  [
    'an argument that the step does not take',
    'UNKNOWN_ARGUMENT',
    { at: `${payload(PICK_UP)}.milestones`, to: ['PICKED_UP'] },
  ],
  ['an argument that is missing', 'MISSING_ARGUMENT', { at: `${payload('CheckBilling')}.title` }],
  [
    'an offset that is no duration',
    'INVALID_ARGUMENT',
    { at: `${payload(`${OPS}.AssignTruck`)}.due.offset`, to: '4 hours' },
  ],
  ['a key that is no key', 'INVALID_ARGUMENT', { at: `${payload(PICK_UP)}.key`, to: 'Await Pick-up' }],
  [
    'a milestone that is computed',
    'COMPUTED_ARGUMENT',
    { at: `${payload(PICK_UP)}.milestone`, to: '{% $states.input.m %}' },
  ],
  ['a role that does not exist', 'UNKNOWN_ROLE', { at: `${payload('CheckBilling')}.role`, to: 'BOOKKEEPING' }],
  ['an owner that does not exist', 'UNKNOWN_ROLE', { at: `${payload('RaiseLateScreening')}.owner`, to: 'NOBODY' }],
  ['a role that completes no task', 'IDLE_ROLE', { at: `${payload('CheckBilling')}.role`, to: 'AUDITOR' }],
  [
    'a charge that the catalogue does not have',
    'UNKNOWN_CHARGE_CODE',
    {
      at: payload('CompleteShipment'),
      to: (before) => ({
        ...Object(before),
        step: 'addCharge',
        code: '999999',
        type: 'REVENUE',
        amount: { amount: 100, currency: 'EUR' },
        billableOn: 'DELIVERED',
      }),
    },
  ],
  ['an anchor that no shipment has', 'UNKNOWN_ANCHOR', { at: `${payload('CheckBilling')}.due.anchor`, to: 'EASTER' }],
  [
    'an anchor that executions are not given',
    'UNKNOWN_ANCHOR',
    { at: `${PICK_UP}.TimeoutSeconds`, to: (before) => String(before).replace('ETD', 'RCO') },
  ],
  ['a milestone that does not exist', 'UNKNOWN_MILESTONE', { at: `${payload(PICK_UP)}.milestone`, to: 'LOST' }],
  [
    'a party that does not exist',
    'UNKNOWN_PARTY',
    { at: `${payload(`${OPS}.AnnounceDelivery`)}.audience.0`, to: 'ZZ' },
  ],
  [
    'a notice that does not exist',
    'UNKNOWN_TEMPLATE',
    { at: `${payload(`${OPS}.AnnounceDelivery`)}.template`, to: 'greeting' },
  ],
  ['two steps of one key', 'DUPLICATE_KEY', { at: `${payload(PICK_UP)}.key`, to: 'await-delivery' }],
  [
    'an exception about no step',
    'UNKNOWN_STEP_KEY',
    { at: `${payload(`${OPS}.RaiseLatePickUp`)}.concerns`, to: 'await-godot' },
  ],
  ['a variable that nobody sets', 'UNKNOWN_VARIABLE', { at: `${PICK_UP}.TimeoutSeconds`, to: '{% $patience %}' }],
  ['a function that does not exist', 'UNKNOWN_FUNCTION', { at: `${PICK_UP}.TimeoutSeconds`, to: '{% $guess(60) %}' }],
  [
    '$eval, which Step Functions does not have',
    'UNKNOWN_FUNCTION',
    { at: `${PICK_UP}.TimeoutSeconds`, to: "{% $eval('60') %}" },
  ],
  [
    'a part of the context that does not exist',
    'UNKNOWN_CONTEXT',
    { at: `${PICK_UP}.TimeoutSeconds`, to: '{% $states.context.Execution.Input.patience %}' },
  ],
  [
    'a result before there is one',
    'UNKNOWN_CONTEXT',
    { at: `${PICK_UP}.TimeoutSeconds`, to: '{% $states.result.Payload.seconds %}' },
  ],
  [
    'a regular expression that may never end',
    'ENDLESS_REGEX',
    { at: `${PICK_UP}.TimeoutSeconds`, to: "{% $match('aaa!', /^(a+)+$/) ? 60 : 90 %}" },
  ],
  ['a name that is read of nothing', 'NO_INPUT', { at: `${PICK_UP}.TimeoutSeconds`, to: '{% waitSeconds %}' }],
  ['a wait whose token nobody is given', 'TOKEN_NOT_GIVEN', { at: `${payload('CheckBilling')}.token` }],
  ['the token of something else', 'TOKEN_NOT_GIVEN', { at: `${payload('CheckBilling')}.token`, to: 'abc' }],
  [
    'a token of a state that does not wait',
    'TOKEN_NOT_HELD',
    { at: 'CheckBilling.Resource', to: 'arn:aws:states:::lambda:invoke' },
  ],
  ['a wait without a deadline', 'NO_TIMEOUT', { at: `${PICK_UP}.TimeoutSeconds` }],
  ['a deadline without a way on', 'NO_WAY_ON', { at: `${PICK_UP}.Catch` }],
  ['a deadline that is retried away', 'TIMEOUT_RETRIED', { at: `${PICK_UP}.Retry.1.ErrorEquals`, to: ['States.ALL'] }],
  ['a deadline that passes in silence', 'SILENT_TIMEOUT', { at: `${PICK_UP}.Catch.0.Next`, to: 'AwaitPickUp' }],
  ['an exception that forgets the wait', 'LOST_WAIT', { at: `${OPS}.RaiseLatePickUp.Output` }],
  ['a failure that nobody hears of', 'UNSEEN_FAILURE', { at: 'RunShipment.Catch' }],
  [
    'a loop that nothing leaves',
    'ENDLESS_PATH',
    { at: 'ReportFailure.Next', to: 'ReportFailure' },
    { at: 'ReportFailure.Catch', to: [{ ErrorEquals: ['States.ALL'], Next: 'ReportFailure' }] },
  ],
  [
    'an end before the shipment is completed',
    'NEVER_COMPLETES',
    { at: 'CheckBilling.Next' },
    { at: 'CheckBilling.End', to: true },
  ],
  [
    'a completion while others work',
    'COMPLETES_EARLY',
    {
      at: payload(`${OPS}.AnnounceDelivery`),
      to: (before) => ({ ...identityOf(before), step: 'completeShipment', key: 'too-early' }),
    },
  ],
  [
    'a wait for what is recorded after it',
    'WAITS_FOR_LATER',
    {
      at: payload(`${OPS}.AnnounceDelivery`),
      to: (before) => ({
        ...identityOf(before),
        step: 'recordMilestone',
        key: 'record-pick-up',
        milestone: 'PICKED_UP',
      }),
    },
  ],
]

const REJECTABLE: Case = [
  'a task whose rejection nobody asks for',
  'UNHEARD_REJECTION',
  { at: `${payload(`${OPS}.AssignTruck`)}.rejectable`, to: true },
]

/** Of two branches, each waits for what the other brings afterwards. */
const EXPORT: Case[] = [
  [
    'a document type that does not exist',
    'UNKNOWN_DOCUMENT_TYPE',
    { at: `${payload('RunShipment.Branches.1.States.AwaitCommercialInvoice')}.documentType`, to: '999' },
  ],
  [
    'a document that is asked for after it is waited for',
    'WAITS_FOR_LATER',
    { at: `${payload('RunShipment.Branches.1.States.AwaitCommercialInvoice')}.documentType`, to: '705' },
  ],
  [
    'branches that wait for each other',
    'DEADLOCK',
    { at: `${payload('RunShipment.Branches.0.States.AwaitEmptyPickUp')}.milestone`, to: 'SI_SUBMITTED' },
    {
      at: payload('RunShipment.Branches.1.States.AwaitCommercialInvoice'),
      to: (before) => ({
        ...identityOf(before),
        token: '{% $states.context.Task.Token %}',
        step: 'awaitMilestone',
        key: 'await-vgm',
        milestone: 'VGM_SUBMITTED',
      }),
    },
  ],
]

const RETURN: Case[] = [
  [
    'a decision on work that nobody does',
    'UNKNOWN_STEP_KEY',
    { at: `${payload('ApproveReturn')}.notBy`, to: ['nothing'] },
  ],
  ['a decision on no work', 'INVALID_ARGUMENT', { at: `${payload('ApproveReturn')}.notBy`, to: [] }],
  [
    'a decision on what no person does',
    'NO_SECOND_PERSON',
    { at: `${payload('ApproveReturn')}.notBy`, to: ['await-pick-up'] },
  ],
  ['a decision on itself', 'NO_SECOND_PERSON', { at: `${payload('ApproveReturn')}.notBy`, to: ['approve-return'] }],
  [
    'a decision before the work',
    'WAITS_FOR_LATER',
    { at: `${payload('ApproveReturn')}.notBy`, to: ['propose-credit'] },
  ],
  ['a decision without a token', 'TOKEN_NOT_GIVEN', { at: `${payload('ApproveReturn')}.token` }],
]

const AIR: Case[] = [
  [
    'a decision on work of another branch, which may come later',
    'DECIDED_EARLY',
    { at: `${payload(RELEASE)}.notBy`, to: ['check-dangerous-goods'] },
  ],
  [
    'a rejection that goes the way of an acceptance',
    'UNHEARD_REJECTION',
    { at: `${RELEASE}.Next`, to: 'ChargeScreening' },
  ],
]

const ECOMMERCE: Case[] = [
  ['a wait for no moment', 'MISSING_ARGUMENT', { at: `${payload(`${BATCH}.WaitForBatch`)}.due.anchor` }],
  [
    'a wait for the moment at which it begins',
    'NO_MOMENT',
    { at: `${payload(`${BATCH}.WaitForBatch`)}.due`, to: { anchor: 'STEP', offset: '-PT1H' } },
  ],
  ['a wait for an unknown moment', 'UNKNOWN_ANCHOR', { at: `${payload(`${BATCH}.WaitForBatch`)}.due.anchor`, to: 'X' }],
  ['a wait of two years', 'LONG_TIMEOUT', { at: `${BATCH}.WaitForBatch.TimeoutSeconds`, to: 63_072_000 }],
  ['a call of an hour', 'LONG_TIMEOUT', { at: 'AnnounceDelivery.TimeoutSeconds', to: 3600 }],
  ['a wait for a moment that is lost when it is late', 'NO_WAY_ON', { at: `${BATCH}.WaitForBatch.Catch` }],
  [
    'a wait for one of several things that come in silence',
    'SILENT_TIMEOUT',
    { at: 'AwaitDelivery.Catch.0.Next', to: 'AwaitDelivery' },
  ],
  [
    'a milestone in the place of another that does not exist',
    'UNKNOWN_MILESTONE',
    { at: `${payload('AwaitDelivery')}.or`, to: ['LOST'] },
  ],
  ['a sub-process that is no SOP at all', 'UNKNOWN_SOP', { at: `${payload('StartReturn')}.sop`, to: 'No SOP' }],
  [
    'a fact that executions are not given',
    'UNKNOWN_CONTEXT',
    {
      at: `ClearBatch.Branches.2.States.ChooseDuties.Choices.0.Condition`,
      to: '{% $states.context.Execution.Input.facts.colour = 1 %}',
    },
  ],
]
function identityOf(before: Json) {
  const { tenantId, shipmentId } = Object(before) as { tenantId: string; shipmentId: string }
  return { tenantId, shipmentId }
}

const found = (definition: Json) => validateSop(definition).map(({ code }) => code)

describe('SOPs that ship', () => {
  it.each(ProductSopId.options)('%s has no findings', (sopId) => {
    expect(validateSop(readMachine(sopId))).toEqual([])
  })
})

describe('broken definitions', () => {
  it.each([...ROAD, REJECTABLE])('%s: %s', (_, code, ...edits) => {
    expect(found(edited('domestic-road', ...edits))).toContain(code)
  })

  it.each(EXPORT)('%s: %s', (_, code, ...edits) => {
    expect(found(edited('ocean-export-fcl', ...edits))).toContain(code)
  })

  it.each(RETURN)('%s: %s', (_, code, ...edits) => {
    expect(found(edited('return', ...edits))).toContain(code)
  })

  it.each(AIR)('%s: %s', (_, code, ...edits) => {
    expect(found(edited('air-export', ...edits))).toContain(code)
  })

  it.each(ECOMMERCE)('%s: %s', (_, code, ...edits) => {
    expect(found(edited('cross-border-ecommerce', ...edits))).toContain(code)
  })

  it('are told apart: most changes break one rule', () => {
    const sizes = ROAD.map(([, , ...edits]) => new Set(found(edited('domestic-road', ...edits))).size)
    expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(ROAD.length * 0.7)
  })

  it('are pointed at', () => {
    const [finding] = validateSop(edited('domestic-road', { at: `${payload(PICK_UP)}.milestone`, to: 'LOST' }))
    expect(finding).toMatchObject({
      pointer: '/States/RunShipment/Branches/0/States/AwaitPickUp/Arguments/Payload/milestone',
      code: 'UNKNOWN_MILESTONE',
      advice: expect.stringContaining('milestone'),
    })
  })

  it('of any shape are answered, never thrown over', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => validateSop(JSON.parse(JSON.stringify(value))).length > 0))
    const paths = leavesOf(readMachine('domestic-road'))
    // `String` throws for it.
    expect(
      validateSop(edited('domestic-road', { at: '/States.CompleteShipment.Type', to: { toString: 0 } })),
    ).not.toEqual([])
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const at = `/${path.join('.')}`
        expect(Array.isArray(validateSop(edited('domestic-road', { at, to: JSON.parse(JSON.stringify(value)) })))).toBe(
          true,
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('references out of the definition', () => {
  const batch = readMachine('cross-border-ecommerce')
  const of = (definition: typeof batch, known: Known) => validateSop(definition, known).map(({ code }) => code)
  const starts = (more: [string, string[]][] = []) => new Map([['return', []], ...more] as [string, string[]][])

  it('are not checked where nothing is known', () => {
    expect(of(batch, {})).toEqual([])
  })

  it('name SOPs that there are, and that do not lead back', () => {
    const sopId = 'cross-border-ecommerce'
    expect(of(batch, { sopId, starts: starts() })).toEqual([])
    expect(of(batch, { sopId, starts: new Map() })).toEqual(['UNKNOWN_SOP'])
    expect(of(batch, { sopId: 'return', starts: starts() })).toEqual(['SUBPROCESS_CIRCLE'])
    const round = new Map([
      ['return', ['repack']],
      ['repack', [sopId]],
    ])
    expect(of(batch, { sopId, starts: round })).toEqual(['SUBPROCESS_CIRCLE'])
    expect(of(batch, { sopId, starts: new Map([['return', ['return']]]) })).toEqual([])
  })

  const member = (subject: string, ...roles: InternalRole[]) => ({ subject, roles })
  const TEAM = (['COMPLIANCE', 'CUSTOMER_SERVICE', 'OPERATIONS', 'WAREHOUSE', 'FINANCE'] as const).map((role) =>
    member(role, role),
  )

  it('name roles that somebody has', () => {
    const members = TEAM.filter(({ subject }) => subject !== 'WAREHOUSE')
    const codes = new Set(of(readMachine('return'), { members: [...members, member('f', 'FINANCE')] }))
    expect([...codes]).toEqual(['UNHELD_ROLE'])
    expect(
      of(readMachine('return'), { members: [...members, member('f', 'FINANCE'), member('a', 'TENANT_ADMIN')] }),
    ).toEqual([])
  })

  it('let a second person decide', () => {
    expect(of(readMachine('return'), { members: TEAM })).toEqual(['NO_SECOND_PERSON'])
    expect(of(readMachine('return'), { members: [...TEAM, member('second', 'FINANCE')] })).toEqual([])
  })
})

const leavesOf = (value: Json, path: string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? [
        ...(path.length > 0 ? [path] : []),
        ...Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key])),
      ]
    : [path]

it('lets branches wait for each other in turn', () => {
  const at = 'RunShipment.Branches.1.States.AwaitCommercialInvoice'
  const definition = edited('ocean-export-fcl', {
    at: payload(at),
    to: (before) => ({
      ...identityOf(before),
      token: '{% $states.context.Task.Token %}',
      step: 'awaitMilestone',
      key: 'await-commercial-invoice',
      milestone: 'VGM_SUBMITTED',
    }),
  })
  expect(found(definition)).toEqual([])
})
