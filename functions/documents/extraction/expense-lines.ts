// Lines of an answer of AnalyzeExpense that came without blocks (older recordings): what Textract labelled is all the text there is.
import type { TextractBlock, TextractGeometry } from './blocks'
import type { Detection, ExpenseDocument } from './expense'

type Printed = { detection: Detection; page: number }

const edges = ({ detection }: Printed) => {
  const { Left = 0, Top = 0, Width = 0, Height = 0 } = detection.Geometry?.BoundingBox ?? {}
  return { left: Left, top: Top, right: Left + Width, bottom: Top + Height }
}

/** Whether one text is a part of another: Textract gives an address, and its street and town again. */
function within(part: Printed, whole: Printed): boolean {
  if (part.page !== whole.page || !part.detection.Geometry || !whole.detection.Geometry) return false
  const [a, b] = [edges(part), edges(whole)]
  const near = 0.004
  return a.left >= b.left - near && a.right <= b.right + near && a.top >= b.top - near && a.bottom <= b.bottom + near
}

const size = (printed: Printed): number => {
  const { left, top, right, bottom } = edges(printed)
  return (right - left) * (bottom - top)
}

const between = (from: number | undefined, to: number | undefined, share: number): number =>
  (from ?? 0) + ((to ?? 0) - (from ?? 0)) * share

/** The part of a box that one of its lines takes, counted from the top. */
function slice(geometry: TextractGeometry | undefined, line: number, lines: number): TextractGeometry | undefined {
  const { BoundingBox: box, Polygon: polygon } = geometry ?? {}
  if (!geometry || lines === 1) return geometry
  const height = (box?.Height ?? 0) / lines
  const [p0, p1, p2, p3] = polygon ?? []
  const along = (from: typeof p0, to: typeof p0, share: number) => ({
    X: between(from?.X, to?.X, share),
    Y: between(from?.Y, to?.Y, share),
  })
  const [start, end] = [line / lines, (line + 1) / lines]
  return {
    BoundingBox: { ...box, Top: (box?.Top ?? 0) + line * height, Height: height },
    Polygon: [along(p0, p3, start), along(p1, p2, start), along(p1, p2, end), along(p0, p3, end)],
  }
}

/** One block a line, each text once: cells instead of their whole row, addresses instead of their parts. */
export function expenseBlocks(document: ExpenseDocument): TextractBlock[] {
  const cells = (document.LineItemGroups ?? [])
    .flatMap((group) => group.LineItems ?? [])
    .flatMap((item) => item.LineItemExpenseFields ?? [])
    .filter((cell) => cell.Type?.Text !== 'EXPENSE_ROW')
  const printed = [...(document.SummaryFields ?? []), ...cells]
    .flatMap((field) =>
      [field.LabelDetection, field.ValueDetection].flatMap((detection): Printed[] =>
        detection?.Text?.trim() ? [{ detection, page: field.PageNumber ?? 1 }] : [],
      ),
    )
    .sort((a, b) => size(b) - size(a))
  const kept = printed.filter((part, i) => !printed.slice(0, i).some((whole) => within(part, whole)))
  return kept.flatMap(({ detection, page }) => {
    const lines = (detection.Text ?? '').split('\n')
    return lines.flatMap((Text, i) =>
      Text.trim() === ''
        ? []
        : [
            {
              BlockType: 'LINE',
              Text,
              Confidence: detection.Confidence,
              Page: page,
              Geometry: slice(detection.Geometry, i, lines.length),
            },
          ],
    )
  })
}
