const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** Epoch milliseconds of an RFC 3339 date-time with `T` and an offset, as ASL demands; undefined when it is not one. */
export function parseTimestamp(text: string): number | undefined {
  const match = RFC3339.exec(text)
  if (!match) return undefined
  const [, , month, day, hour, minute, second] = match.map(Number)
  if (!inRange(month, 1, 12) || !inRange(day, 1, 31) || !inRange(hour, 0, 23)) return undefined
  if (!inRange(minute, 0, 59) || !inRange(second, 0, 59)) return undefined
  const time = Date.parse(text.replace(/\.(\d{3})\d+/, '.$1'))
  return Number.isNaN(time) ? undefined : time
}

const inRange = (value: number | undefined, low: number, high: number) =>
  value !== undefined && value >= low && value <= high

export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString()
