/** Finds the text lines of a raster page: letters chained side by side, split where the gap is wider than between words. */
import { type Box, height, isParted, median, overlapX, overlapY, union } from './geometry'
import { rowsOf } from './lines'
import type { Component } from './raster'

export interface Segment extends Box {
  letters: Component[]
}

export function segmentsOf(components: readonly Component[], letter: number, uprights: readonly Box[]): Segment[] {
  const letters = components
    .filter((box) => isLetter(box, letter) || isDash(box, letter))
    .sort((a, b) => a.left - b.left)
  const chains = chain(letters, letter, uprights)
  const segments = chains.flatMap(levelRows).map((members) => ({ ...union(members), letters: members }))
  const merged = joinOverlapping(segments.filter((segment) => isText(segment, letter)))
  attachMarks(merged, components, letter)
  return merged.sort((a, b) => a.top - b.top || a.left - b.left)
}

function isLetter(box: Component, letter: number): boolean {
  const tall = box.bottom - box.top
  const wide = box.right - box.left
  return tall >= letter * 0.45 && tall <= letter * 7 && wide <= Math.max(letter * 8, tall * 6) && box.pixels >= 4
}

/** Stamps and drawings chain lines across rows: what is taller than its letters is taken apart into rows again. */
function levelRows(letters: Component[]): Component[][] {
  const tall = median(letters.map(height))
  const box = union(letters)
  if (height(box) < tall * 2.6) return [letters]
  return rowsOf(letters.filter((letter) => height(letter) < tall * 2.2))
}

/** A hyphen or dash carries a line across the gap it fills. */
const isDash = (box: Component, letter: number): boolean => {
  const tall = box.bottom - box.top
  const wide = box.right - box.left
  return tall < letter * 0.45 && wide > letter * 0.25 && wide < letter * 2.5 && wide > tall * 1.4
}

function isText(segment: Segment, letter: number): boolean {
  if (segment.letters.length > 1) return true
  const [only] = segment.letters
  return (
    only !== undefined &&
    only.bottom - only.top >= letter * 0.6 &&
    only.right - only.left <= (only.bottom - only.top) * 3
  )
}

/** Each letter looks for its right neighbour on the same row; what is linked is one line. */
function chain(letters: Component[], letter: number, uprights: readonly Box[]): Component[][] {
  const parent = letters.map((_, index) => index)
  const find = (index: number): number => {
    let root = index
    while (parent[root] !== root) root = parent[root] ?? root
    parent[index] = root
    return root
  }
  letters.forEach((box, index) => {
    let nearest = -1
    let distance = Infinity
    for (let other = index + 1; other < letters.length; other += 1) {
      const next = letters[other]
      if (!next || next.left - box.right > letter * 4) break
      if (!sameRow(box, next)) continue
      const gap = next.left - box.right
      if (gap > reach(box, next, letter) || gap < -letter) continue
      if (gap < distance) {
        distance = gap
        nearest = other
      }
    }
    const next = letters[nearest]
    if (next && !isParted(box, next, uprights)) parent[find(nearest)] = find(index)
  })
  const groups = new Map<number, Component[]>()
  letters.forEach((box, index) => {
    const root = find(index)
    groups.set(root, [...(groups.get(root) ?? []), box])
  })
  return [...groups.values()]
}

/** Words of one line stand at most about two and a half letter widths apart. */
const reach = (a: Box, b: Box, letter: number): number =>
  Math.max(a.bottom - a.top, b.bottom - b.top, letter * 0.8) * 1.4

function sameRow(a: Box, b: Box): boolean {
  const [low, high] = [Math.min(a.bottom - a.top, b.bottom - b.top), Math.max(a.bottom - a.top, b.bottom - b.top)]
  if (high > low * 2.3) return isBeside(a, b)
  return overlapY(a, b) >= low * 0.5
}

/** A dash stands within the height of its neighbour; two dashes in a row are a leader or a rule, not text. */
function isBeside(a: Box, b: Box): boolean {
  const [mark, other] = a.bottom - a.top < b.bottom - b.top ? [a, b] : [b, a]
  return (
    mark.right - mark.left > (mark.bottom - mark.top) * 1.4 &&
    mark.top > other.top &&
    mark.bottom < other.bottom &&
    other.bottom - other.top < (mark.bottom - mark.top) * 16
  )
}

/** Chains that lie over one another (an accent row, a broken line) are one. */
function joinOverlapping(segments: Segment[]): Segment[] {
  const result: Segment[] = []
  for (const segment of [...segments].sort((a, b) => b.letters.length - a.letters.length)) {
    const host = result.find(
      (other) =>
        overlapX(other, segment) > 0 &&
        overlapY(other, segment) >= Math.min(other.bottom - other.top, segment.bottom - segment.top) * 0.6 &&
        height(union([other, segment])) <= Math.max(height(other), height(segment)) * 1.3,
    )
    if (!host) {
      result.push({ ...segment })
      continue
    }
    host.letters.push(...segment.letters)
    Object.assign(host, union([host, segment]))
  }
  return result
}

/** Dots, commas and hyphens are too small to be letters: they join the line they stand in or beside. */
function attachMarks(segments: Segment[], components: readonly Component[], letter: number): void {
  for (const mark of components) {
    const tall = mark.bottom - mark.top
    if (tall >= letter * 0.45 || mark.right - mark.left > letter * 2 || mark.pixels < 2) continue
    const reachable = segments.find(
      (segment) =>
        mark.left - segment.right < letter * 0.9 &&
        segment.left - mark.right < letter * 0.5 &&
        mark.top > segment.top - letter * 0.5 &&
        mark.bottom < segment.bottom + letter * 0.4,
    )
    if (reachable) Object.assign(reachable, union([reachable, mark]))
  }
}
