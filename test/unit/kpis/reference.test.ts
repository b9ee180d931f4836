/** The rules against figures that others computed from real order histories. Needs the folder of PORTOLAN_DATA. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { addDays, dayOf } from '../../../functions/kpis/domain/days'
import { secondsBetween } from '../../../functions/kpis/domain/order-cycle-time'
import { failuresOf } from '../../../functions/kpis/domain/otif'
import { quantile, RELATIVE_ERROR, sketchOf } from '../../../functions/kpis/domain/sketch'

const LOGS = join(process.env.PORTOLAN_DATA ?? join(__dirname, '../../../../shared/data'), '07_logs')
const present = existsSync(join(LOGS, 'kpi_reference.json'))
if (!present) process.stderr.write(`Skipped: KPI rules against real histories; no ${LOGS}, set PORTOLAN_DATA\n`)
const whenPresent = present ? describe : describe.skip

const rows = (file: string): Record<string, string>[] =>
  parse(readFileSync(join(LOGS, file)), { columns: true, bom: true, relax_column_count: true })
const reference = () => JSON.parse(readFileSync(join(LOGS, 'kpi_reference.json'), 'utf8'))
const percent = (n: number, d: number) => (100 * n) / d
/** These histories know the latest day alone. */
const onTime = (deliveredAt: string, dueDay: string) =>
  failuresOf(
    {
      window: { from: '1970-01-01T00:00:00.000Z', to: `${addDays(dueDay, 1)}T00:00:00.000Z` },
      deliveredAt,
      orderedPackages: 1,
      discrepancy: false,
    },
    { earlyDays: 0, lateDays: 0 },
  ).length === 0

whenPresent('real marketplace orders', () => {
  const utc = (text: string | undefined) => `${text?.replace(' ', 'T')}.000Z`
  const delivered = present
    ? rows('olist/orders.csv').filter(
        (row) => row.order_status === 'delivered' && row.order_delivered_customer_date !== '',
      )
    : []

  test('on time by date', () => {
    const { olist } = reference()
    const hits = delivered.filter((row) =>
      onTime(utc(row.order_delivered_customer_date), dayOf(utc(row.order_estimated_delivery_date))),
    )
    expect([delivered.length, hits.length]).toEqual([olist.delivered, olist.on_time_by_date])
    expect(percent(hits.length, delivered.length)).toBeCloseTo(olist.on_time_pct, 3)
  })

  test('order cycle time: mean exactly, median within the error of the sketch', () => {
    const { olist } = reference()
    const seconds = delivered.map((row) =>
      secondsBetween(utc(row.order_purchase_timestamp), utc(row.order_delivered_customer_date)),
    )
    const mean = seconds.reduce((sum, it) => sum + it, 0) / seconds.length / 86_400
    expect(mean).toBeCloseTo(olist.order_cycle_days_mean, 3)
    const median = (quantile(sketchOf(seconds), 0.5) ?? 0) / 86_400
    expect(Math.abs(median / olist.order_cycle_days_median - 1)).toBeLessThanOrEqual(RELATIVE_ERROR)
  })
})

whenPresent('real deliveries of health supplies', () => {
  const day = (text: string | undefined) => new Date(`${text} UTC`).toISOString()
  const lines = present ? rows('scms/deliveries.csv') : []
  const late = (row: Record<string, string>) =>
    !onTime(day(row['Delivered to Client Date']), dayOf(day(row['Scheduled Delivery Date'])))

  test('on time, in all and by mode', () => {
    const { scms } = reference()
    expect([lines.length, lines.filter((row) => !late(row)).length]).toEqual([scms.dated, scms.on_time])
    for (const [mode, truth] of Object.entries<{ n: number; on_time_pct: number }>(scms.by_mode)) {
      const of = lines.filter((row) => row['Shipment Mode'] === mode)
      expect(of).toHaveLength(truth.n)
      expect(percent(of.filter((row) => !late(row)).length, of.length)).toBeCloseTo(truth.on_time_pct, 3)
    }
  })
})
