/** Reads the synthesized cloud assembly (`cdk.out`): every stack's resources with their intrinsics resolved. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as z from 'zod'
import { inertTypes } from './inert-types'
import { resolve, type Scope } from './intrinsics'
import type { Named } from './resource-names'
import { physicalName, resourceTypes } from './resource-types'
import type { Json, Resource } from './service'

// JSON.parse made these values: there is nothing left to check in them until a service reads them.
const Anything = z.custom<Json>(() => true)
const Fields = z.record(z.string(), Anything)
const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: Anything.optional() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), Fields)).default({}),
  Conditions: Fields.default({}),
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: Fields.default({}), Condition: z.string().optional() }),
  ),
  Outputs: z
    .record(
      z.string(),
      z.object({ Value: Anything, Export: z.object({ Name: Anything }).optional(), Condition: z.string().optional() }),
    )
    .default({}),
})
const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), environment: z.string().optional(), properties: Fields.default({}) }),
  ),
})
const AssetManifest = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
})

export interface Assembly {
  accountId: string
  region: string
  /** Resources that exist under the template's conditions, inert ones left out. */
  resources: Resource[]
  /** Outputs by `Stack.Output`. */
  outputs: Map<string, Json>
  /** File or folder that a deployment would have uploaded under this object key. */
  asset(objectKey: string): string
}

interface Found {
  name: string
  template: z.infer<typeof Template>
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

/** Collects stacks and assets; a stage of the app is an assembly inside the assembly. */
function collect(dir: string, stacks: Found[], assets: Map<string, string>): string | undefined {
  let environment: string | undefined
  for (const [id, artifact] of Object.entries(Manifest.parse(readJson(join(dir, 'manifest.json'))).artifacts)) {
    const property = (name: string) => z.string().parse(artifact.properties[name])
    if (artifact.type === 'aws:cloudformation:stack') {
      environment ??= artifact.environment
      const name = artifact.properties.stackName === undefined ? id : property('stackName')
      stacks.push({ name, template: Template.parse(readJson(join(dir, property('templateFile')))) })
    } else if (artifact.type === 'cdk:cloud-assembly') {
      environment ??= collect(join(dir, property('directoryName')), stacks, assets)
    } else if (artifact.type === 'cdk:asset-manifest') {
      for (const file of Object.values(AssetManifest.parse(readJson(join(dir, property('file')))).files)) {
        for (const { objectKey } of Object.values(file.destinations)) assets.set(objectKey, join(dir, file.source.path))
      }
    }
  }
  return environment
}

/**
 * Loads `dir`, a cloud assembly. `endpoint` is the base URL that the runtime answers on.
 * Throws an error that lists every resource type, property and intrinsic that the runtime does not know.
 */
export function loadAssembly(dir: string, endpoint: string): Assembly {
  if (!existsSync(join(dir, 'manifest.json')))
    throw new Error(`No cloud assembly in ${dir}: run \`npm run synth\` first`)
  const stacks: Found[] = []
  const assets = new Map<string, string>()
  const [, account, region] = collect(dir, stacks, assets)?.match(/^aws:\/\/([^/]+)\/(.+)$/) ?? []
  const place = {
    accountId: account === undefined || account.startsWith('unknown') ? '000000000000' : account,
    region: region === undefined || region.startsWith('unknown') ? 'us-east-1' : region,
    endpoint,
  }
  const exported = new Map<string, () => Json>()
  const models = stacks.map((stack) => new Stack(stack, place, exported))
  const problems = models.flatMap((model) => model.problems())
  if (problems.length > 0) throw new Error(`The runtime cannot run this template:\n  ${problems.join('\n  ')}`)
  for (const model of models) model.publishExports()
  return {
    accountId: place.accountId,
    region: place.region,
    resources: models.flatMap((model) => model.resources()),
    outputs: new Map(models.flatMap((model) => model.outputs())),
    asset(objectKey) {
      const path = assets.get(objectKey) ?? assets.get(basename(objectKey))
      if (path === undefined) throw new Error(`No asset ${objectKey} in ${dir}`)
      return path
    },
  }
}

type Place = Pick<Named, 'accountId' | 'region' | 'endpoint'>

class Stack implements Scope {
  constructor(
    private readonly found: Found,
    private readonly place: Place,
    private readonly exports: Map<string, () => Json>,
  ) {}

  private get template() {
    return this.found.template
  }

  private exists(entry: { Condition?: string | undefined }): boolean {
    return entry.Condition === undefined || this.condition(entry.Condition)
  }

  problems(): string[] {
    return Object.entries(this.template.Resources)
      .filter(([, resource]) => this.exists(resource) && !(resource.Type in inertTypes))
      .flatMap(([logicalId, { Type, Properties }]) => {
        const known = resourceTypes[Type]
        if (known === undefined) return [`${logicalId}: resource type ${Type} is not supported`]
        if (known.ignores.includes('*')) return []
        return Object.keys(Properties)
          .filter((property) => !known.uses.includes(property) && !known.ignores.includes(property))
          .map((property) => `${logicalId}: property ${property} of ${Type} is not supported`)
      })
  }

  resources(): Resource[] {
    return Object.entries(this.template.Resources)
      .filter(([, resource]) => this.exists(resource) && !(resource.Type in inertTypes))
      .map(([logicalId, { Type: type, Properties }]) => {
        const properties: Resource['properties'] = {}
        for (const key of Object.keys(Properties)) {
          const value = this.named(logicalId).property(key)
          if (value !== undefined) properties[key] = value
        }
        const name = resourceTypes[type]?.name
        if (name !== undefined) properties[name] = this.named(logicalId).name
        return {
          logicalId,
          type,
          ref: this.refOf(logicalId),
          arn: this.attributeOf(logicalId, 'Arn') ?? '',
          properties,
        }
      })
  }

  outputs(): [string, Json][] {
    return Object.entries(this.template.Outputs)
      .filter(([, output]) => this.exists(output))
      .map(([key, output]) => [`${this.found.name}.${key}`, resolve(output.Value, this) ?? null])
  }

  publishExports(): void {
    for (const output of Object.values(this.template.Outputs)) {
      if (output.Export === undefined || !this.exists(output)) continue
      const name = resolve(output.Export.Name, this)
      if (typeof name === 'string') this.exports.set(name, () => resolve(output.Value, this) ?? null)
    }
  }

  private named(logicalId: string): Named {
    const resource = this.template.Resources[logicalId]
    if (resource === undefined) throw new Error(`${this.found.name} has no resource ${logicalId}`)
    const property = (key: string) => {
      const raw = resource.Properties[key]
      try {
        return raw === undefined ? undefined : resolve(raw, this)
      } catch (error) {
        throw new Error(`${logicalId}.${key}: ${error instanceof Error ? error.message : error}`)
      }
    }
    const nameKey = (resourceTypes[resource.Type] ?? inertTypes[resource.Type])?.name
    const given = nameKey === undefined ? undefined : property(nameKey)
    return { ...this.place, logicalId, name: physicalName(resource.Type, this.found.name, logicalId, given), property }
  }

  private refOf(logicalId: string): string {
    const type = this.template.Resources[logicalId]?.Type ?? ''
    const named = this.named(logicalId)
    return (resourceTypes[type] ?? inertTypes[type])?.ref?.(named) ?? named.name
  }

  private attributeOf(logicalId: string, attribute: string): string | undefined {
    const type = this.template.Resources[logicalId]?.Type ?? ''
    const known = resourceTypes[type] ?? inertTypes[type]
    const make = attribute === 'Arn' ? known?.arn : resourceTypes[type]?.attributes?.[attribute]
    return make?.(this.named(logicalId))
  }

  ref(name: string): Json | undefined {
    switch (name) {
      case 'AWS::AccountId':
        return this.place.accountId
      case 'AWS::Region':
        return this.place.region
      case 'AWS::Partition':
        return 'aws'
      case 'AWS::URLSuffix':
        return 'amazonaws.com'
      case 'AWS::StackName':
        return this.found.name
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${this.place.region}:${this.place.accountId}:stack/${this.found.name}/local`
      case 'AWS::NotificationARNs':
        return []
      case 'AWS::NoValue':
        return undefined
    }
    const parameter = this.template.Parameters[name]
    if (parameter === undefined) return this.refOf(name)
    if (parameter.Default === undefined) throw new Error(`Parameter ${name} of ${this.found.name} has no default`)
    return parameter.Default
  }

  attribute(logicalId: string, attribute: string): Json {
    const value = this.attributeOf(logicalId, attribute)
    if (value !== undefined) return value
    const type = this.template.Resources[logicalId]?.Type ?? 'no resource'
    throw new Error(`Fn::GetAtt ${logicalId}.${attribute} (${type}) is not supported`)
  }

  mapping(map: string, first: string, second: string): Json | undefined {
    return this.template.Mappings[map]?.[first]?.[second]
  }

  condition(name: string): boolean {
    const condition = this.template.Conditions[name]
    if (condition === undefined) throw new Error(`${this.found.name} has no condition ${name}`)
    return resolve(condition, this) === true
  }

  exported(name: string): Json {
    const value = this.exports.get(name)
    if (value === undefined) throw new Error(`No stack exports ${name}`)
    return value()
  }
}
