/** Creation as the API and the imports share it: check, then one transaction. */
import type { CreatedShipment, CreateShipment } from '../../schemas/shipment'
import { findPlaces } from '../places/store'
import { type Context, newId } from '../platform/context'
import { AppError, type FieldError, invalid } from '../platform/errors'
import { createShipment, creationErrors, warningsOf } from './domain'
import { type Idempotency, insertShipment, type Reservation } from './insertion'

/** The command, if no rule speaks against it. One read at most: for places that are not built in. */
export async function checkedCommand(context: Context, command: CreateShipment): Promise<CreateShipment> {
  const errors = [...creationErrors(command), ...(await placeErrors(context, command.legs))]
  if (errors.length > 0) throw invalid(errors)
  return command
}

/** Refuses legs by way of places that nobody knows. */
export async function checkedPlaces(context: Context, legs: CreateShipment['legs']): Promise<void> {
  const errors = await placeErrors(context, legs)
  if (errors.length > 0) throw invalid(errors)
}

async function placeErrors(context: Context, legs: CreateShipment['legs']): Promise<FieldError[]> {
  const used = legs.flatMap((leg, index) => [
    { pointer: `/legs/${index}/from/unLocode`, code: leg.from.unLocode },
    { pointer: `/legs/${index}/to/unLocode`, code: leg.to.unLocode },
  ])
  const known = await findPlaces(context, [...new Set(used.map((place) => place.code))])
  return used
    .filter((place) => !known.has(place.code))
    .map(({ pointer, code }) => ({ pointer, code: 'place.unknown', message: `${code} is not a known UN/LOCODE` }))
}

/** Writes a checked command. The same Idempotency-Key answers as the first time; a taken reference is refused. */
export async function create(
  context: Context,
  command: CreateShipment,
  idempotency: Idempotency,
  reservation?: Reservation,
): Promise<{ created: CreatedShipment; replayed: boolean }> {
  const shipmentId = reservation?.shipmentId ?? newId('shp', context.now)
  const { header, detail, fact } = createShipment(command, shipmentId, context.now)
  const created: CreatedShipment = {
    shipmentId,
    version: 1,
    status: header.status,
    ...(header.clientReference ? { clientReference: header.clientReference } : {}),
    createdAt: context.now,
    warnings: warningsOf(command),
  }
  const outcome = await insertShipment(context, { header, detail, fact, created }, idempotency, reservation)
  if (outcome.kind === 'reference-taken') throw referenceTaken(outcome.shipmentId)
  return { created: outcome.created, replayed: outcome.kind === 'replayed' }
}

export const referenceTaken = (existing: string) =>
  new AppError('conflict', 'client_reference.taken', 'This clientReference names another shipment', {
    existing: `/v1/shipments/${existing}`,
    errors: [{ pointer: '/clientReference', code: 'client_reference.taken', message: `names ${existing}` }],
  })
