/** The first line of a CSV: each cell is the path of a member of the command. Pure. */
import * as z from 'zod'
import { CreateShipment } from '../../schemas/shipment'
import { AppError } from '../platform/errors'

export interface Column {
  path: string[]
  /** A CSV has only text. */
  isNumber: boolean
}

/**
 * `clientReference`, `legs.0.from.unLocode`, `chargeLines.0.amount.currency`. Throws `csv.malformed` naming the first
 * column that leads to no single value of the schema, such as the length of a list, or that stands twice.
 */
export function columnsOf(header: readonly string[]): Column[] {
  const seen = new Set<string>()
  return header.map((name, index) => {
    const path = name.split('.')
    const leaf = leafOf(path)
    if (!leaf) throw malformed(name, index, 'names no value of a shipment, as legs.0.from.unLocode does')
    if (seen.has(name)) throw malformed(name, index, 'stands twice')
    seen.add(name)
    return { path, isNumber: leaf instanceof z.ZodNumber }
  })
}

const LONGEST = 60

const malformed = (name: string, index: number, what: string) =>
  new AppError('invalid', 'csv.malformed', `Column ${index + 1}, ${JSON.stringify(name.slice(0, LONGEST))}, ${what}`)

function leafOf(path: readonly string[]): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = CreateShipment
  for (const part of path) at = at && memberOf(at, part)
  return at instanceof z.ZodObject || at instanceof z.ZodArray ? undefined : at
}

/** The member of an object by its name, the item of a list by an index that the list may have. */
function memberOf(parent: z.core.$ZodType, part: string): z.core.$ZodType | undefined {
  if (parent instanceof z.ZodObject) return Object.hasOwn(parent.shape, part) ? bare(parent.shape[part]) : undefined
  if (parent instanceof z.ZodArray)
    return /^(?:0|[1-9]\d{0,3})$/.test(part) && Number(part) < mostOf(parent) ? bare(parent.element) : undefined
  return undefined
}

/** Without what says that it may be absent, and before it is transformed. */
function bare(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return bare(schema.def.innerType)
  return schema instanceof z.ZodPipe ? bare(schema.def.in) : schema
}

/** Items that a list may have by its own schema; one without a maximum takes none from a CSV. */
function mostOf(list: z.ZodArray): number {
  const limits = (list.def.checks ?? []).map(({ _zod: { def } }) =>
    def instanceof Object && 'maximum' in def ? Number(def.maximum) : 0,
  )
  return Math.max(0, ...limits)
}
