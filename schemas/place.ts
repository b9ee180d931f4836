import * as z from 'zod'
import { UnLocode } from './common'

/** A location of UN/LOCODE. */
export const PlaceRecord = z
  .object({
    unLocode: UnLocode,
    name: z.string(),
    functions: z
      .string()
      .regex(/^[1-8AB]*$/)
      .describe(
        'UN/LOCODE functions: 1 port, 2 rail, 3 road, 4 airport, 5 postal, 6 multimodal, 7 fixed, 8 inland water, A economic zone, B border',
      ),
    latitude: z.number().optional(),
    longitude: z.number().optional(),
    source: z.enum(['DEFAULT', 'TENANT']).describe('The built-in ports and airports, or an import of the tenant'),
  })
  .meta({ id: 'PlaceRecord' })
export type PlaceRecord = z.infer<typeof PlaceRecord>
