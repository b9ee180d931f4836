/** Tick boxes: small outlined squares, told before ruled lines are taken out of the ink. */
import type { Box } from './geometry'
import type { Component, Mask } from './raster'

export interface Checkbox extends Box {
  selected: boolean
}

export function checkboxesOf(mask: Mask, components: readonly Component[], letter: number): Checkbox[] {
  return components
    .filter((box) => isSquare(box, letter) && isOutlined(mask, box))
    .map((box) => ({ ...box, selected: isMarked(mask, box) }))
}

function isSquare(box: Component, letter: number): boolean {
  const wide = box.right - box.left
  const tall = box.bottom - box.top
  return tall >= letter * 0.6 && tall <= letter * 3 && wide >= letter * 0.6 && wide / tall > 0.75 && wide / tall < 1.35
}

/** All four sides are drawn, corners included: an O has no corners, a D no right side. */
function isOutlined(mask: Mask, box: Box): boolean {
  const depth = Math.max(2, Math.round((box.bottom - box.top) * 0.14))
  const side = (length: number, at: (along: number, deep: number) => number): number => {
    let inked = 0
    for (let along = 0; along < length; along += 1) {
      let hit = 0
      for (let deep = 0; deep < depth; deep += 1) hit |= at(along, deep)
      inked += hit
    }
    return inked / length
  }
  const ink = (x: number, y: number): number => mask.data[y * mask.width + x] ?? 0
  const wide = box.right - box.left
  const tall = box.bottom - box.top
  return (
    side(wide, (along, deep) => ink(box.left + along, box.top + deep)) > 0.92 &&
    side(wide, (along, deep) => ink(box.left + along, box.bottom - 1 - deep)) > 0.92 &&
    side(tall, (along, deep) => ink(box.left + deep, box.top + along)) > 0.92 &&
    side(tall, (along, deep) => ink(box.right - 1 - deep, box.top + along)) > 0.92
  )
}

function isMarked(mask: Mask, box: Box): boolean {
  const inset = Math.max(2, Math.round((box.bottom - box.top) * 0.2))
  let inked = 0
  let total = 0
  for (let y = box.top + inset; y < box.bottom - inset; y += 1)
    for (let x = box.left + inset; x < box.right - inset; x += 1) {
      inked += mask.data[y * mask.width + x] ?? 0
      total += 1
    }
  return total > 0 && inked / total > 0.12
}
