// Papers of countries that weigh in pounds print both: a column of pounds beside one of kilograms.
import type { Segment } from './blocks'
import { sameRow, sharedWidth } from './geometry'
import type { Labelled } from './layout'

const UNIT_HEADING = /^\W*(kgs?|kilos?|lbs?|pounds)\W*$/i
const FIGURE = /^\W?\d[\d.,]*$/

/** The unit that heads the column a figure stands in. */
function headingOf(layout: Labelled, figure: Segment): string | undefined {
  const above = layout.order
    .filter((s) => s.at.bottom <= figure.at.top && sharedWidth(s.at, figure.at) > 0 && UNIT_HEADING.test(s.text))
    .sort((a, b) => b.at.bottom - a.at.bottom)
  return above[0]?.text.match(UNIT_HEADING)?.[1]
}

/** The figure of a label's row with the unit its column is headed by: kilograms where there are both. */
export function figureUnderUnit(layout: Labelled, label: Segment): { segment: Segment; unit: string } | undefined {
  const figures = layout.order
    .filter((s) => s.at.left >= label.at.right && sameRow(s.at, label.at) > 0.45 && FIGURE.test(s.text))
    .flatMap((segment) => {
      const unit = headingOf(layout, segment)
      return unit === undefined ? [] : [{ segment, unit }]
    })
  return figures.find(({ unit }) => /^k/i.test(unit)) ?? figures[0]
}
