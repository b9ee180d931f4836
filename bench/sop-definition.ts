/** The product's SOPs as `state-machines/` has them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../engine/json'
import type { ProductSopId } from '../schemas/sop'

/** When all shipments of these measurements are ordered. */
export const ORDERED = '2026-03-01T08:00:00.000Z'

/** Read anew each time: the engine compiles each object once. */
export const definitionOf = (sopId: ProductSopId): JsonObject =>
  JSON.parse(readFileSync(join(__dirname, '../state-machines', `${sopId}.asl.json`), 'utf8'))
