/** What differs between two definitions, as few places as say it. */
import { equal, isObject, type Json } from '../../../engine/json'
import type { Change } from '../../../schemas/sop-draft'
import { pointerOf } from '../../platform/errors'

/** In the order of the documents. What is there on one side only is one change, however much it holds. */
export function changesBetween(before: Json | undefined, after: Json | undefined, path: string[] = []): Change[] {
  const pointer = pointerOf(path)
  if (before === undefined && after === undefined) return []
  if (before === undefined) return [{ pointer, kind: 'ADDED', after }]
  if (after === undefined) return [{ pointer, kind: 'REMOVED', before }]
  if (equal(before, after)) return []
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => changesBetween(before[name], after[name], [...path, name]))
  }
  // Branches keep their places; other lists are short and read better whole.
  if (Array.isArray(before) && Array.isArray(after) && path.at(-1) === 'Branches')
    return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, index) =>
      changesBetween(before[index], after[index], [...path, String(index)]),
    )
  return [{ pointer, kind: 'CHANGED', before, after }]
}
