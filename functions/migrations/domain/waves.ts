/** Sizes of waves, and the judgement after each. Pure. */
import type { Migration, Wave, WaveResult } from '../../../schemas/sop-migration'

/** Shipments of each wave; a share rounds up, and what the waves leave is a last one. */
export function waveSizes(waves: readonly Wave[], size: number): number[] {
  const sizes: number[] = []
  let left = size
  for (const wave of waves) {
    const wanted = 'count' in wave ? wave.count : Math.ceil(wave.share * size)
    const taken = Math.min(wanted, left)
    if (taken > 0) sizes.push(taken)
    left -= taken
  }
  return left > 0 ? [...sizes, left] : sizes
}

/** Failures among those that were touched; a wave that touched none has failed in nothing. */
export const errorRate = ({ moved, failed }: Pick<WaveResult, 'moved' | 'failed'>) =>
  moved + failed === 0 ? 0 : failed / (moved + failed)

export function haltReason(result: WaveResult, { maxErrorRate }: Pick<Migration, 'maxErrorRate'>): string | undefined {
  if (result.errorRate <= maxErrorRate) return undefined
  const percent = (share: number) => `${Math.round(share * 1000) / 10} %`
  return `${result.failed} of ${result.moved + result.failed} shipments of wave ${result.wave} failed: ${percent(result.errorRate)}, and ${percent(maxErrorRate)} are allowed`
}
