/** Calendar days, UTC. */
const DAY = 86_400_000

export const dayOf = (instant: string) => instant.slice(0, 10)
export const addDays = (day: string, days: number) => dayOf(new Date(Date.parse(day) + days * DAY).toISOString())
/** Of a half-open window; a window of one moment ends on its day. */
export const lastDayOf = ({ from, to }: { from: string; to: string }) =>
  to === from ? dayOf(from) : dayOf(new Date(Date.parse(to) - 1).toISOString())
