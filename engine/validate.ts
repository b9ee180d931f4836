import type { Json } from './json'
export interface Finding {
  pointer: string
  code: string
  message: string
}
export function validate(_definition: Json): Finding[] {
  return []
}
