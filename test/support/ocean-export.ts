import { oceanExport } from '../../demo/shipments'
import type { components } from './api.generated'

/** The demo's ocean export as the body that the generated client takes: zod's input type allows explicit undefined, JSON knows none. */
export const anOceanExport = (clientReference: string, now = Date.now()): components['schemas']['CreateShipment'] =>
  JSON.parse(JSON.stringify(oceanExport(now, clientReference)))
