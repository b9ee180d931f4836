import type { TextractBlock } from '../../../functions/documents/extraction/blocks'

/** A line of a made-up paper: its text and where it starts, in shares of the page. */
export type Line = readonly [text: string, left: number, top: number]

type Corner = { X: number; Y: number }
type Turn = (x: number, y: number) => Corner

const LETTER = 0.008
const HEIGHT = 0.012

export const upright: Turn = (X, Y) => ({ X, Y })
export const quarterTurn: Turn = (x, y) => ({ X: 1 - y, Y: x })
export const halfTurn: Turn = (x, y) => ({ X: 1 - x, Y: 1 - y })
export const skewed =
  (degrees: number): Turn =>
  (x, y) => {
    const a = (degrees * Math.PI) / 180
    const [dx, dy] = [x - 0.5, y - 0.5]
    return { X: 0.5 + dx * Math.cos(a) - dy * Math.sin(a), Y: 0.5 + dx * Math.sin(a) + dy * Math.cos(a) }
  }

function geometry(left: number, top: number, width: number, turn: Turn) {
  const Polygon = [turn(left, top), turn(left + width, top), turn(left + width, top + HEIGHT), turn(left, top + HEIGHT)]
  const xs = Polygon.map((p) => p.X)
  const ys = Polygon.map((p) => p.Y)
  const [Left, Top] = [Math.min(...xs), Math.min(...ys)]
  return { BoundingBox: { Left, Top, Width: Math.max(...xs) - Left, Height: Math.max(...ys) - Top }, Polygon }
}

/** Textract's blocks for a page of printed lines. */
export function paper(
  lines: readonly Line[],
  options: { turn?: Turn; page?: number; confidence?: number } = {},
): TextractBlock[] {
  const { turn = upright, page = 1, confidence = 99 } = options
  return lines.flatMap(([text, left, top], i) => {
    const words = [...text.matchAll(/\S+/g)].map((m, j) => ({
      BlockType: 'WORD',
      Id: `${page}-${i}-${j}`,
      Page: page,
      Text: m[0],
      Confidence: confidence,
      Geometry: geometry(left + m.index * LETTER, top, m[0].length * LETTER, turn),
    }))
    const line = {
      BlockType: 'LINE',
      Id: `${page}-${i}`,
      Page: page,
      Text: text,
      Confidence: confidence,
      Geometry: geometry(left, top, text.length * LETTER, turn),
      Relationships: [{ Type: 'CHILD', Ids: words.map((w) => w.Id) }],
    }
    return [line, ...words]
  })
}

/** A bill of lading in boxes, as carriers print it. */
export const BILL_OF_LADING: readonly Line[] = [
  ['BILL OF LADING', 0.08, 0.05],
  ['B/L No.', 0.55, 0.05],
  ['NORD4401927', 0.55, 0.067],
  ['Shipper', 0.05, 0.1],
  ['HELLWIG MASCHINENBAU GMBH', 0.05, 0.117],
  ['Hafenstrasse 14', 0.05, 0.134],
  ['20457 Hamburg, Germany', 0.05, 0.151],
  ['Consignee', 0.05, 0.19],
  ['TO THE ORDER OF:', 0.05, 0.207],
  ['ANDES IMPORTADORA SPA', 0.05, 0.224],
  ['Valparaiso, Chile', 0.05, 0.241],
  ['Notify Party', 0.05, 0.28],
  ['SAME AS CONSIGNEE', 0.05, 0.297],
  ['Vessel / Voyage', 0.05, 0.34],
  ['Port of Loading', 0.3, 0.34],
  ['Port of Discharge', 0.55, 0.34],
  ['NORDIC HERON V.114W', 0.05, 0.357],
  ['HAMBURG (DEHAM)', 0.3, 0.357],
  ['VALPARAISO, CHILE', 0.55, 0.357],
  ['Container No.', 0.05, 0.42],
  ['Description of Goods', 0.3, 0.42],
  ['Gross Weight (kg)', 0.62, 0.42],
  ['Measurement (m3)', 0.82, 0.42],
  ['CSQU3054383', 0.05, 0.44],
  ['24 CRATES MACHINE PARTS', 0.3, 0.44],
  ['18.450,500', 0.62, 0.44],
  ['31,250', 0.82, 0.44],
  ['Seal: DE558812', 0.05, 0.457],
  ['HS Code: 8483.40', 0.3, 0.457],
  ['FREIGHT PREPAID', 0.3, 0.5],
  ['Shipped on Board 14 MAR 2026', 0.55, 0.5],
  ['Place and Date of Issue', 0.05, 0.6],
  ['HAMBURG, 15.03.2026', 0.05, 0.617],
]

/** A commercial invoice with a table of goods. */
export const INVOICE: readonly Line[] = [
  ['COMMERCIAL INVOICE', 0.4, 0.05],
  ['Seller:', 0.05, 0.1],
  ['Lagoa Azul Ceramica Lda', 0.2, 0.1],
  ['Rua do Porto 8, Aveiro', 0.2, 0.117],
  ['Invoice No.: LA-2026-0117', 0.6, 0.1],
  ['Date: 03/04/2026', 0.6, 0.117],
  ['Due Date: 23/05/2026', 0.6, 0.134],
  ['Buyer:', 0.05, 0.16],
  ['Brightwell Home Ltd', 0.2, 0.16],
  ['PO No.: 450077', 0.6, 0.16],
  ['Terms of Delivery: FCA Aveiro', 0.6, 0.177],
  ['Description', 0.05, 0.25],
  ['Quantity', 0.45, 0.25],
  ['Unit Price', 0.6, 0.25],
  ['Amount EUR', 0.8, 0.25],
  ['Stoneware bowls', 0.05, 0.27],
  ['400 PCS', 0.45, 0.27],
  ['3,20', 0.6, 0.27],
  ['1.280,00', 0.8, 0.27],
  ['Serving plates', 0.05, 0.29],
  ['150 PCS', 0.45, 0.29],
  ['6,40', 0.6, 0.29],
  ['960,00', 0.8, 0.29],
  ['Subtotal', 0.6, 0.34],
  ['2.240,00', 0.8, 0.34],
  ['VAT 23%', 0.6, 0.36],
  ['515,20', 0.8, 0.36],
  ['Total EUR', 0.6, 0.38],
  ['2.755,20', 0.8, 0.38],
]
