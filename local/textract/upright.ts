/** A picture of a page drawn scaled and turned, with the way back to the places on the picture as it came. */
import { type Canvas, createCanvas, type Image } from '@napi-rs/canvas'
import type { ToInput } from './geometry'
import { type Gray, grayFromRgba } from './raster'

export type Picture = Image | Canvas

export interface Upright {
  gray: Gray
  toInput: ToInput
}

/** Working pictures stay below this many pixels, whatever the letter size: 24 million hold an A4 page at 450 dpi. */
const MOST_PIXELS = 24_000_000

/** Turned clockwise by some degrees, on white paper large enough for all of it. */
export function uprightOf(picture: Picture, scale: number, degrees: number): Upright {
  const radians = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)]
  const turnedWidth = Math.abs(picture.width * cos) + Math.abs(picture.height * sin)
  const turnedHeight = Math.abs(picture.width * sin) + Math.abs(picture.height * cos)
  const fit = Math.min(scale, Math.sqrt(MOST_PIXELS / (turnedWidth * turnedHeight)))
  const canvas = createCanvas(Math.max(1, Math.round(turnedWidth * fit)), Math.max(1, Math.round(turnedHeight * fit)))
  const context = canvas.getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingQuality = 'high'
  context.translate(canvas.width / 2, canvas.height / 2)
  context.rotate(radians)
  context.scale(fit, fit)
  context.drawImage(picture, -picture.width / 2, -picture.height / 2)
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data
  return {
    gray: grayFromRgba(pixels, canvas.width, canvas.height),
    toInput(x, y) {
      const dx = (x - canvas.width / 2) / fit
      const dy = (y - canvas.height / 2) / fit
      return { X: (dx * cos + dy * sin) / picture.width + 0.5, Y: (dy * cos - dx * sin) / picture.height + 0.5 }
    },
  }
}
