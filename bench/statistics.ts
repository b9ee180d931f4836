/** The value below which `share` of the sorted values lie (nearest rank); 0 for none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? 0
}

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits))

/** Rate a second and latencies (milliseconds) of what was done in `seconds`. */
export function summary(latencies: readonly number[], seconds: number) {
  const sorted = [...latencies].sort((a, b) => a - b)
  return {
    requests: sorted.length,
    rate: rounded(sorted.length / seconds),
    p50: rounded(quantile(sorted, 0.5), 2),
    p99: rounded(quantile(sorted, 0.99), 2),
  }
}
