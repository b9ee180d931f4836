/** The operations on aliases. */
import * as z from 'zod'
import { AwsError } from './service'
import { machineArn, type Operation, read, seconds } from './step-functions-calls'
import type { AliasRow, Machines, Route } from './step-functions-machines'
import { cut, Paging, page } from './step-functions-pages'

const Arn = z.string().min(1)
const AliasName = z
  .string()
  .max(80)
  .regex(/^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/)
const Routing = z
  .array(z.object({ stateMachineVersionArn: Arn, weight: z.number().int().min(0).max(100) }))
  .min(1)
  .max(2)

const Machine = z.object({ stateMachineArn: Arn })
const Alias = z.object({ stateMachineAliasArn: Arn })
const CreateAlias = z.object({ name: AliasName, description: z.string().optional(), routingConfiguration: Routing })
const UpdateAlias = Alias.extend({ description: z.string().optional(), routingConfiguration: Routing.optional() })

export function aliasOperations(machines: Machines): Record<string, Operation> {
  return {
    CreateStateMachineAlias: (call) => createAlias(machines, read(CreateAlias, call)),
    UpdateStateMachineAlias(call) {
      const { stateMachineAliasArn, description, routingConfiguration } = read(UpdateAlias, call)
      const alias = requiredAlias(machines, stateMachineAliasArn)
      const routing = routingConfiguration ?? JSON.parse(alias.routing)
      checkRouting(machines, routing)
      const { updatedAt } = machines.putAlias(alias.arn, alias.name, description ?? alias.description, routing)
      return { updateDate: seconds(updatedAt) }
    },
    DescribeStateMachineAlias: (call) => aliasView(requiredAlias(machines, read(Alias, call).stateMachineAliasArn)),
    DeleteStateMachineAlias(call) {
      machines.deleteAlias(read(Alias, call).stateMachineAliasArn)
      return {}
    },
    ListStateMachineAliases(call) {
      const { stateMachineArn, ...paging } = read(Machine.extend(Paging.shape), call)
      const { size, after = '' } = page(paging)
      const rows = machines.aliases(machineArn(stateMachineArn).split(':').slice(0, 7).join(':'), after, size + 1)
      const { items, ...next } = cut(rows, size, ({ arn }) => arn)
      return {
        stateMachineAliases: items.map(({ arn, createdAt }) => ({
          stateMachineAliasArn: arn,
          creationDate: seconds(createdAt),
        })),
        ...next,
      }
    },
  }
}

function createAlias(machines: Machines, input: z.output<typeof CreateAlias>) {
  const { name, description = null, routingConfiguration: routing } = input
  checkRouting(machines, routing)
  const machine = machines.version(routing[0]?.stateMachineVersionArn ?? '')?.machine ?? ''
  const arn = `${machine}:${name}`
  const known = machines.alias(arn)
  if (known && (known.routing !== JSON.stringify(routing) || known.description !== description)) {
    throw new AwsError(
      'ConflictException',
      'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
    )
  }
  const { createdAt } = known ?? machines.putAlias(arn, name, description, routing)
  return { stateMachineAliasArn: arn, creationDate: seconds(createdAt) }
}

function checkRouting(machines: Machines, routing: Route[]) {
  const arns = routing.map(({ stateMachineVersionArn }) => stateMachineVersionArn)
  const wrong = arns.filter((arn) => !/:stateMachine:[^:]+:\d+$/.test(arn))
  if (wrong.length > 0) {
    const received = `[${wrong.join(', ')}]`
    throw new AwsError(
      'ValidationException',
      `Routing configuration must contain state machine version ARNs. Received: ${received}`,
    )
  }
  if (routing.reduce((sum, { weight }) => sum + weight, 0) !== 100) {
    throw new AwsError('ValidationException', 'Sum of routing configuration weights must equal 100')
  }
  const versions = arns.map((arn) => machines.version(arn))
  if (versions.some((version) => !version)) throw notFound()
  if (new Set(versions.map((version) => version?.machine)).size > 1) {
    throw new AwsError('ValidationException', 'Routing configuration must contain versions of one state machine')
  }
}

const notFound = () => new AwsError('ResourceNotFound', 'Request references a resource that does not exist.')

function requiredAlias(machines: Machines, arn: string): AliasRow {
  const alias = machines.alias(arn)
  if (!alias) throw notFound()
  return alias
}

function aliasView({ arn, name, description: about, routing, createdAt, updatedAt }: AliasRow) {
  return {
    stateMachineAliasArn: arn,
    name,
    ...(about !== null && { description: about }),
    routingConfiguration: JSON.parse(routing),
    creationDate: seconds(createdAt),
    updateDate: seconds(updatedAt),
  }
}
