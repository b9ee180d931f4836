/** Ruled lines into grids, and grids into cells: what a form's boxes and a table's cells have in common. */
import { type Box, height, union, width } from './geometry'
import type { Rules } from './rules'

export interface GridCell extends Box {
  row: number
  column: number
  rows: number
  columns: number
}

export interface Grid extends Box {
  xs: number[]
  ys: number[]
  cells: GridCell[]
}

/** Grids of at least two cells, largest first. */
export function gridsOf(rules: Rules, letter: number): Grid[] {
  const near = letter * 0.8
  return connected(rules, near)
    .map((group) => gridOf(group, near))
    .filter((grid) => grid.cells.length >= 2)
    .sort((a, b) => width(b) * height(b) - width(a) * height(a))
}

function connected(rules: Rules, near: number): Rules[] {
  const all = [
    ...rules.horizontal.map((box) => ({ box, flat: true })),
    ...rules.vertical.map((box) => ({ box, flat: false })),
  ]
  const parent = all.map((_, index) => index)
  const find = (index: number): number => {
    let root = index
    while (parent[root] !== root) root = parent[root] ?? root
    return root
  }
  all.forEach((one, index) => {
    all.forEach((other, at) => {
      if (at > index && touch(one.box, other.box, near)) parent[find(at)] = find(index)
    })
  })
  const groups = new Map<number, Rules>()
  all.forEach(({ box, flat }, index) => {
    const root = find(index)
    const group = groups.get(root) ?? { horizontal: [], vertical: [] }
    ;(flat ? group.horizontal : group.vertical).push(box)
    groups.set(root, group)
  })
  return [...groups.values()].filter((group) => group.horizontal.length >= 2 && group.vertical.length >= 1)
}

const touch = (a: Box, b: Box, near: number): boolean =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > -near &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > -near

function gridOf(drawn: Rules, near: number): Grid {
  const rules = closeSides(drawn, near)
  const xs = cluster(
    rules.vertical.map((box) => (box.left + box.right) / 2),
    near,
  )
  const ys = cluster(
    rules.horizontal.map((box) => (box.top + box.bottom) / 2),
    near,
  )
  const columns = xs.length - 1
  const parent = Array.from({ length: Math.max(0, (ys.length - 1) * columns) }, (_, index) => index)
  const root = (index: number): number => (parent[index] === index ? index : root(parent[index] ?? index))
  const at = (values: readonly number[], index: number): number => values[index] ?? 0
  for (let row = 0; row + 1 < ys.length; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const [left, right, top, bottom] = [at(xs, column), at(xs, column + 1), at(ys, row), at(ys, row + 1)]
      const here = root(row * columns + column)
      if (column + 1 < columns && !hasVertical(rules, right, top, bottom, near))
        parent[root(row * columns + column + 1)] = here
      if (row + 2 < ys.length && !hasHorizontal(rules, bottom, left, right, near))
        parent[root((row + 1) * columns + column)] = root(here)
    }
  const groups = new Map<number, number[]>()
  for (const index of parent.keys()) groups.set(root(index), [...(groups.get(root(index)) ?? []), index])
  const cells = [...groups.values()]
    .map((members): GridCell => {
      const rows = members.map((index) => Math.floor(index / columns))
      const across = members.map((index) => index % columns)
      const [row, column] = [Math.min(...rows), Math.min(...across)]
      const [rowEnd, columnEnd] = [Math.max(...rows) + 1, Math.max(...across) + 1]
      const box = { left: at(xs, column), top: at(ys, row), right: at(xs, columnEnd), bottom: at(ys, rowEnd) }
      return { ...box, row, column, rows: rowEnd - row, columns: columnEnd - column }
    })
    .filter((cell) => isClosed(cell, rules, near))
  return { ...union([...rules.horizontal, ...rules.vertical]), xs, ys, cells }
}

/** Many tables have no line down their outer sides, and forms none at the page's edge: the ends of the other lines stand for it. */
function closeSides(rules: Rules, near: number): Rules {
  const flat = union(rules.horizontal)
  const upright = union(rules.vertical)
  const all = union([flat, upright])
  const horizontal = [...rules.horizontal]
  const vertical = [...rules.vertical]
  if (flat.left < upright.left - near * 2) vertical.push({ ...all, right: all.left })
  if (flat.right > upright.right + near * 2) vertical.push({ ...all, left: all.right })
  if (upright.top < flat.top - near * 2) horizontal.push({ ...all, bottom: all.top })
  if (upright.bottom > flat.bottom + near * 2) horizontal.push({ ...all, top: all.bottom })
  return { horizontal, vertical }
}

function cluster(values: readonly number[], near: number): number[] {
  const groups: number[][] = []
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = groups.at(-1)
    if (last && value - (last.at(-1) ?? 0) <= near) last.push(value)
    else groups.push([value])
  }
  return groups.map((group) => group.reduce((sum, value) => sum + value, 0) / group.length)
}

const hasVertical = (rules: Rules, x: number, top: number, bottom: number, near: number): boolean =>
  rules.vertical.some(
    (box) =>
      Math.abs((box.left + box.right) / 2 - x) <= near &&
      Math.min(box.bottom, bottom) - Math.max(box.top, top) > (bottom - top) * 0.5,
  )

/** Covered for the most part: a rule may be broken where it was drawn in pieces. */
function hasHorizontal(rules: Rules, y: number, left: number, right: number, near: number): boolean {
  let covered = 0
  for (const box of rules.horizontal)
    if (Math.abs((box.top + box.bottom) / 2 - y) <= near)
      covered += Math.max(0, Math.min(box.right, right) - Math.max(box.left, left))
  return covered > (right - left) * 0.5
}

function isClosed(cell: GridCell, rules: Rules, near: number): boolean {
  return (
    hasVertical(rules, cell.left, cell.top, cell.bottom, near) &&
    hasVertical(rules, cell.right, cell.top, cell.bottom, near) &&
    hasHorizontal(rules, cell.top, cell.left, cell.right, near) &&
    hasHorizontal(rules, cell.bottom, cell.left, cell.right, near)
  )
}
