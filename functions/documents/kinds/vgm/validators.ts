import type { ExtractionWarning, FieldValue } from '../../../../schemas/extraction'

const kilos = (fields: readonly FieldValue[], name: string): number | undefined => {
  const value = fields.find((f) => f.field === name)?.value
  return value?.type === 'weight' ? value.amount : undefined
}

/** A packed container heavier than its safety plate allows may not be loaded (CSC). */
export function withinMaximum({ fields }: { fields: FieldValue[] }): ExtractionWarning[] {
  const [mass, maximum] = [kilos(fields, 'verifiedGrossMass'), kilos(fields, 'maximumGrossMass')]
  if (mass === undefined || maximum === undefined || mass <= maximum) return []
  return [
    {
      code: 'VGM_ABOVE_MAXIMUM',
      fields: ['verifiedGrossMass'],
      message: `Verified ${mass} kg is above the plate's ${maximum} kg`,
    },
  ]
}

/** Verified gross mass = cargo + tare (SOLAS method 2), within 1 %. */
export function cargoWithinVerified({ fields }: { fields: FieldValue[] }): ExtractionWarning[] {
  const [mass, cargo, tare] = ['verifiedGrossMass', 'cargoWeight', 'tareWeight'].map((name) => kilos(fields, name))
  if (mass === undefined || cargo === undefined || tare === undefined) return []
  if (Math.abs(cargo + tare - mass) <= mass * 0.01) return []
  return [
    {
      code: 'VGM_NOT_CARGO_PLUS_TARE',
      fields: ['verifiedGrossMass'],
      message: `Cargo ${cargo} kg and tare ${tare} kg are not ${mass} kg`,
    },
  ]
}
