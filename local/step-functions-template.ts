import * as z from 'zod'
import { JsonObject, JsonValue } from './properties'
import type { Json, Resource } from './service'
import type { TemplateMachine } from './step-functions-machines'

const Machine = z.object({
  StateMachineName: z.string().optional(),
  RoleArn: z.string(),
  StateMachineType: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  DefinitionString: JsonValue.optional(),
  Definition: JsonObject.optional(),
  DefinitionSubstitutions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})
const Version = z.object({ StateMachineArn: z.string(), Description: z.string().optional() })

/** The machines of the template, each with its version and aliases. */
export function templateMachines(resources: {
  machines: Resource[]
  versions: Resource[]
  aliases: Resource[]
}): TemplateMachine[] {
  const versions = resources.versions.map(({ properties }) => Version.parse(properties))
  return resources.machines.map(({ arn, properties }) => {
    const machine = Machine.parse(properties)
    const version = versions.find(({ StateMachineArn }) => StateMachineArn === arn)
    return {
      arn,
      name: arn.slice(arn.lastIndexOf(':') + 1),
      definition: substitute(
        textOf(machine.DefinitionString ?? machine.Definition ?? {}),
        machine.DefinitionSubstitutions,
      ),
      roleArn: machine.RoleArn,
      type: machine.StateMachineType,
      ...(version && { version: version.Description === undefined ? {} : { description: version.Description } }),
      aliases: resources.aliases
        .filter((alias) => alias.arn.startsWith(`${arn}:`))
        .map((alias) => ({ arn: alias.arn, name: alias.arn.slice(alias.arn.lastIndexOf(':') + 1) })),
    }
  })
}

const textOf = (definition: Json) => (typeof definition === 'string' ? definition : JSON.stringify(definition))

function substitute(definition: string, values: Record<string, string | number | boolean>): string {
  return definition.replace(/\$\{([^}]+)\}/g, (token, name: string) => (name in values ? String(values[name]) : token))
}
