/** JSON Schemas of zod schemas: those with an id (`.meta({ id })`) become components, the rest stands where it is used. */
import * as z from 'zod'

export type Schema = z.core.JSONSchema.BaseSchema
type Direction = 'input' | 'output'

const DEFS = '#/$defs/'

/** What goes in may leave out what has a default; what comes out has it. Where the two differ, the one that goes in has a name of its own. */
export class Components {
  private readonly known: Record<Direction, Map<string, Schema>> = { input: new Map(), output: new Map() }
  private readonly used: { schema: Schema; direction: Direction }[] = []

  /** The schema for use in the document. Its references are right only after `finish`. */
  add(type: z.ZodType, direction: Direction): Schema {
    const {
      $schema: _,
      $defs = {},
      ...schema
    } = z.toJSONSchema(type, {
      io: direction,
      unrepresentable: 'any',
      override: (context) => {
        if (direction === 'output') asWritten(context)
        plainly(context.jsonSchema)
      },
    })
    for (const [id, definition] of Object.entries($defs))
      if (typeof definition === 'object') this.learn(id, definition, direction)
    this.used.push({ schema, direction })
    return schema
  }

  private learn(id: string, schema: Schema, direction: Direction): void {
    const before = this.known[direction].get(id)
    if (before && JSON.stringify(before) !== JSON.stringify(schema)) throw new Error(`Two schemas have the id ${id}`)
    if (before) return
    this.known[direction].set(id, schema)
    this.used.push({ schema, direction })
  }

  /** Points all references to components, and answers those, sorted by name. */
  finish(): Record<string, Schema> {
    const differ = this.differing()
    const nameOf = (id: string, direction: Direction) => (direction === 'input' && differ.has(id) ? `${id}Input` : id)
    for (const { schema, direction } of this.used)
      eachReference(schema, (node, id) => {
        node.$ref = `#/components/schemas/${nameOf(id, direction)}`
      })
    const components = (['input', 'output'] as const).flatMap((direction) =>
      [...this.known[direction]].map(([id, schema]): [string, Schema] => [nameOf(id, direction), schema]),
    )
    return Object.fromEntries(components.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  private differing(): Set<string> {
    const { input, output } = this.known
    const differ = new Set<string>()
    for (const [id, schema] of input) {
      const other = output.get(id)
      if (other && JSON.stringify(other) !== JSON.stringify(schema)) differ.add(id)
    }
    // What refers to a component that differs differs with it.
    for (let before = -1; before < differ.size; ) {
      before = differ.size
      for (const [id, schema] of input)
        if (output.has(id))
          eachReference(schema, (_, to) => {
            if (differ.has(to)) differ.add(id)
          })
    }
    return differ
  }
}

interface OverrideContext {
  zodSchema: z.core.$ZodTypes
  jsonSchema: Schema
}

/** Our transforms write text as text, so what comes out is described by what goes in. Answers may gain members later. */
function asWritten({ zodSchema, jsonSchema }: OverrideContext): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  const { def } = zodSchema._zod
  if (def.type !== 'pipe' || def.out._zod.def.type !== 'transform') return
  const { $schema: _, ...schema } = z.toJSONSchema(def.in, { io: 'output', unrepresentable: 'any' })
  Object.assign(jsonSchema, schema)
}

/** Formats say what their long patterns would; the id is the component's name. */
function plainly(schema: Schema): void {
  if (schema.format === 'date-time' || schema.format === 'date' || schema.format === 'email') delete schema.pattern
  delete schema.id
}

function eachReference(node: unknown, visit: (node: Schema, id: string) => void): void {
  if (Array.isArray(node)) for (const item of node) eachReference(item, visit)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  // Any object may be a schema; only a reference is read of it.
  const schema = node as Schema
  if (typeof schema.$ref === 'string' && schema.$ref.startsWith(DEFS)) visit(schema, schema.$ref.slice(DEFS.length))
  for (const value of Object.values(node)) eachReference(value, visit)
}
