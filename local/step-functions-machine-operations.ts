/** The operations on state machines, versions and aliases. */
import * as z from 'zod'
import { isObject } from '../engine/json'
import { compile, DefinitionError } from '../engine/machine'
import { type Finding, validate } from '../engine/validate'
import { AwsError, type Json, type Runtime } from './service'
import { aliasOperations } from './step-functions-alias-operations'
import { machineArn, type Operation, read, seconds } from './step-functions-calls'
import type { MachineRow, Machines, VersionRow } from './step-functions-machines'
import { cut, Paging, page } from './step-functions-pages'
import type { Store } from './step-functions-store'

const Name = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]+$/u)
const Arn = z.string().min(1)
const Definition = z.string().min(1).max(1_048_576)
const Create = z.object({
  name: Name,
  definition: Definition,
  roleArn: Arn,
  type: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  publish: z.boolean().default(false),
  versionDescription: z.string().optional(),
})
const Update = z.object({
  stateMachineArn: Arn,
  definition: Definition.optional(),
  roleArn: Arn.optional(),
  publish: z.boolean().default(false),
  versionDescription: z.string().optional(),
  loggingConfiguration: z.unknown().optional(),
  tracingConfiguration: z.unknown().optional(),
})
const Machine = z.object({ stateMachineArn: Arn })
const Publish = Machine.extend({ revisionId: z.string().optional(), description: z.string().optional() })
const Version = z.object({ stateMachineVersionArn: Arn })
const Validate = z.object({ definition: Definition, maxResults: z.number().int().min(0).max(100).default(0) })

export function machineOperations(runtime: Runtime, store: Store, machines: Machines): Record<string, Operation> {
  return {
    CreateStateMachine: (call) => create(runtime, store, machines, read(Create, call)),
    UpdateStateMachine: (call) => update(machines, read(Update, call)),
    DeleteStateMachine(call) {
      machines.remove(machineArn(read(Machine, call).stateMachineArn))
      return {}
    },
    DescribeStateMachine: (call) => describe(store, machines, machineArn(read(Machine, call).stateMachineArn)),
    ListStateMachines(call) {
      const { size, after = '' } = page(read(Paging, call))
      const { items, ...next } = cut(machines.machines(after, size + 1), size, ({ arn }) => arn)
      return {
        stateMachines: items.map(({ arn, name, type, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: seconds(createdAt),
        })),
        ...next,
      }
    },
    PublishStateMachineVersion: (call) => publish(machines, read(Publish, call)),
    ListStateMachineVersions(call) {
      const { stateMachineArn, ...paging } = read(Machine.extend(Paging.shape), call)
      const { size, after } = page(paging)
      const before = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after)
      const rows = machines.versions(machineArn(stateMachineArn), before, size + 1)
      const { items, ...next } = cut(rows, size, ({ number }) => number)
      return { stateMachineVersions: items.map(versionItem), ...next }
    },
    DeleteStateMachineVersion(call) {
      const arn = machineArn(read(Version, call).stateMachineVersionArn)
      refuseRouted(machines, arn)
      machines.deleteVersion(arn)
      return {}
    },
    ...aliasOperations(machines),
    ValidateStateMachineDefinition: (call) => validation(read(Validate, call)),
  }
}

function create(runtime: Runtime, store: Store, machines: Machines, input: z.output<typeof Create>) {
  const { name, definition, roleArn: role, type } = input
  if (input.versionDescription !== undefined && !input.publish) {
    throw new AwsError('ValidationException', 'Version description can only be set when publish is true')
  }
  refuseInvalid(definition)
  const arn = `arn:aws:states:${runtime.region}:${runtime.accountId}:stateMachine:${name}`
  const known = machines.machine(arn)
  const hash = store.define(definition)
  if (known && (known.definition !== hash || known.role !== role || known.type !== type)) {
    throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`)
  }
  const row = known ?? machines.create({ arn, name, role, type }, definition)
  const version = input.publish ? machines.publish(row, input.versionDescription) : undefined
  return {
    stateMachineArn: arn,
    creationDate: seconds(row.createdAt),
    ...(version && { stateMachineVersionArn: version.arn }),
  }
}

function update(machines: Machines, input: z.output<typeof Update>) {
  const { stateMachineArn, definition, roleArn, publish: publishing, versionDescription, ...rest } = input
  const row = machines.required(machineArn(stateMachineArn))
  if (definition === undefined && roleArn === undefined && Object.values(rest).every((value) => value === undefined)) {
    const fields = 'the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration'
    throw new AwsError('MissingRequiredParameter', `Either ${fields} must be specified`)
  }
  if (definition !== undefined) refuseInvalid(definition)
  const updated = machines.update(row, {
    ...(definition !== undefined && { definition }),
    ...(roleArn !== undefined && { role: roleArn }),
  })
  const version = publishing ? machines.publish(updated, versionDescription) : undefined
  return {
    updateDate: seconds(updated.updatedAt),
    ...(updated.revision !== null && { revisionId: updated.revision }),
    ...(version && { stateMachineVersionArn: version.arn }),
  }
}

/** Problems that make a definition unfit to run. States that nothing reaches, and endless loops, are allowed as on AWS. */
function problems(definition: string): Finding[] {
  let parsed: Json
  try {
    parsed = JSON.parse(definition)
  } catch (error) {
    return [{ pointer: '', code: 'NOT_AN_OBJECT', message: `The definition is not JSON: ${String(error)}` }]
  }
  const found = validate(parsed).filter(({ code }) => code !== 'UNREACHABLE_STATE' && code !== 'NO_TERMINAL_STATE')
  if (found.length > 0 || !isObject(parsed)) return found
  try {
    compile(parsed)
    return []
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error
    return [{ pointer: '', code: 'INVALID_VALUE', message: error.message }]
  }
}

function refuseInvalid(definition: string) {
  const found = problems(definition)
  if (found.length === 0) return
  const texts = found.map(({ pointer, message }) => `SCHEMA_VALIDATION_FAILED: ${message} at ${pointer || '/'}`)
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${texts.join(', ')}'`)
}

function validation({ definition, maxResults }: z.output<typeof Validate>) {
  const found = problems(definition)
  const shown = maxResults === 0 ? found : found.slice(0, maxResults)
  return {
    result: found.length === 0 ? 'OK' : 'FAIL',
    diagnostics: shown.map(({ pointer, message }) => ({
      severity: 'ERROR',
      code: 'SCHEMA_VALIDATION_FAILED',
      message,
      location: pointer || '/',
    })),
    truncated: shown.length < found.length,
  }
}

function describe(store: Store, machines: Machines, arn: string) {
  const version = machines.version(arn)
  if (version)
    return {
      ...description(store, machines.required(version.machine), version),
      description: version.description ?? undefined,
    }
  return description(store, machines.required(arn))
}

function description(store: Store, machine: MachineRow, version?: VersionRow) {
  const { definition, role, revision, arn, createdAt } = version ?? machine
  return {
    stateMachineArn: arn,
    name: machine.name,
    status: 'ACTIVE',
    definition: store.definitionText(definition),
    roleArn: role,
    type: machine.type,
    creationDate: seconds(createdAt),
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    ...(revision !== null && { revisionId: revision }),
  }
}

function publish(machines: Machines, input: z.output<typeof Publish>) {
  const row = machines.required(machineArn(input.stateMachineArn))
  if (input.revisionId !== undefined && input.revisionId !== (row.revision ?? 'INITIAL')) {
    throw new AwsError(
      'ConflictException',
      `Failed to publish the State Machine version for revision ${input.revisionId}. The current State Machine revision is ${row.revision ?? 'INITIAL'}.`,
    )
  }
  return versionItem(machines.publish(row, input.description))
}

const versionItem = ({ arn, createdAt }: VersionRow) => ({
  stateMachineVersionArn: arn,
  creationDate: seconds(createdAt),
})

function refuseRouted(machines: Machines, versionArn: string) {
  const machine = versionArn.split(':').slice(0, 7).join(':')
  const names = machines.aliases(machine, '', 1000).filter(({ routing }) => routing.includes(`"${versionArn}"`))
  if (names.length === 0) return
  const list = names.map(({ name }) => name).join(', ')
  throw new AwsError(
    'ConflictException',
    `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${list}]`,
  )
}
