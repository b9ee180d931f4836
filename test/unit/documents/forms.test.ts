import { readDocument } from '../../../functions/documents/extraction/read-document'
import { type Line, paper } from './paper'

const read = (lines: readonly Line[]) => {
  const { fields } = readDocument({ Blocks: paper(lines) })
  return (name: string) => fields.find((f) => f.field === name)?.value
}

test('what a form tells its sender under a label is no value', () => {
  const value = read([
    ['BILL OF LADING', 0.4, 0.05],
    ['Notify Party (Carrier not liable for failure', 0.05, 0.1],
    ['to notify, see clause 20)', 0.05, 0.114],
    ['Andes Importadora SpA', 0.05, 0.13],
    ['Place of Delivery. Applicable only when used', 0.05, 0.2],
    ['see clause 1', 0.05, 0.214],
    ['VALPARAISO, CHILE', 0.05, 0.23],
  ])
  expect(value('notifyParty')).toMatchObject({ name: 'Andes Importadora SpA' })
  expect(value('placeOfDelivery')).toMatchObject({ name: 'VALPARAISO, CHILE' })
})

test('a bill to the order of somebody says so', () => {
  const value = read([
    ['BILL OF LADING', 0.4, 0.05],
    ['Consignee', 0.05, 0.1],
    ['TO ORDER OF BANCO ANDINO', 0.05, 0.117],
  ])
  expect(value('consignee')).toMatchObject({ name: 'TO ORDER OF BANCO ANDINO' })
})

test('prices per piece under an article are no articles, and terms name the day on which to pay', () => {
  const lines: readonly Line[] = [
    ['Rechnung', 0.6, 0.05],
    ['Rechnungs-Nr.', 0.6, 0.08],
    ['90417', 0.8, 0.08],
    ['Lieferschein-Nr.', 0.6, 0.1],
    ['80551 / 13.03.2026', 0.8, 0.1],
    ['Pos.', 0.05, 0.2],
    ['Bezeichnung', 0.15, 0.2],
    ['Menge', 0.6, 0.2],
    ['Preis', 0.7, 0.2],
    ['Wert', 0.85, 0.2],
    ['10', 0.05, 0.22],
    ['Kugelgewindetrieb', 0.15, 0.22],
    ['24 ST', 0.6, 0.22],
    ['186,40', 0.7, 0.22],
    ['4.473,60', 0.85, 0.22],
    ['geschliffen', 0.15, 0.24],
    ['je 1 ST', 0.7, 0.24],
    ['Zahlungsbedingung: 60 Tage netto, zahlbar bis 13.05.2026', 0.05, 0.4],
  ]
  const value = read(lines)
  expect(readDocument({ Blocks: paper(lines) }).lineItems).toHaveLength(1)
  expect(value('dueDate')).toEqual({ type: 'date', date: '2026-05-13' })
  expect(value('deliveryNumber')).toEqual({ type: 'identifier', id: '80551' })
})
