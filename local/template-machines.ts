/** From the template's state machines, versions and aliases to what the service is made with. */
import * as z from 'zod'
import { parseProperties } from './properties'
import type { Resource } from './service'
import type { TemplateMachine } from './step-functions-machines'

const MachineProperties = z.object({
  StateMachineName: z.string(),
  StateMachineType: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  RoleArn: z.string(),
  Definition: z.json().optional(),
  DefinitionString: z.string().optional(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
})
const VersionProperties = z.object({ StateMachineArn: z.string() })
const AliasProperties = z.object({ Name: z.string() })

/** Throws, by name, for a machine without a definition. */
export function templateMachines(machines: Resource[], versions: Resource[], aliases: Resource[]): TemplateMachine[] {
  const versioned = new Set(versions.map((version) => parseProperties(VersionProperties, version).StateMachineArn))
  return machines.map((machine) => {
    const properties = parseProperties(MachineProperties, machine)
    return {
      arn: machine.arn,
      name: properties.StateMachineName,
      roleArn: properties.RoleArn,
      type: properties.StateMachineType,
      definition: definitionOf(machine, properties),
      ...(versioned.has(machine.arn) ? { version: {} } : {}),
      aliases: aliases
        .filter(({ arn }) => arn.startsWith(`${machine.arn}:`))
        .map((alias) => ({ arn: alias.arn, name: parseProperties(AliasProperties, alias).Name })),
    }
  })
}

function definitionOf(machine: Resource, properties: z.output<typeof MachineProperties>): string {
  const { DefinitionString, Definition, DefinitionSubstitutions } = properties
  const text = DefinitionString ?? (Definition === undefined ? undefined : JSON.stringify(Definition))
  if (text === undefined) throw new Error(`${machine.logicalId} (${machine.type}) has no definition`)
  return Object.entries(DefinitionSubstitutions).reduce(
    (made, [name, value]) => made.replaceAll(`\${${name}}`, value),
    text,
  )
}
