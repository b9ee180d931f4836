/** A seeded generator (mulberry32) whose whole state is one integer, so that it can be kept in an execution. */
export interface Random {
  seed: number
}

/** The next number in [0, 1). */
export function next(random: Random): number {
  random.seed = (random.seed + 0x6d2b79f5) | 0
  let t = Math.imul(random.seed ^ (random.seed >>> 15), random.seed | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

/** A version 4 UUID drawn from the generator. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(next(random) * 16).toString(16))
  hex[12] = '4'
  hex[16] = '89ab'.charAt(Number.parseInt(hex[16] ?? '0', 16) & 3)
  const text = hex.join('')
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-')
}
