/** What a target receives: JSON paths and input templates of EventBridge rules and Pipes. Pure. */
import type { Json } from './service'

export type Path = (document: Json) => Json | undefined

/**
 * Compiles `$`, `$.a.b-c`, `$.list[0].x`: the part of JSONPath that EventBridge takes and this runtime supports.
 * Throws on anything else, wildcards among it.
 */
export function compilePath(path: string): Path {
  if (!/^\$(\.[\w@/-]+|\[\d+\])*$/.test(path)) throw new Error(`JSON path ${path} is not supported`)
  const steps = [...path.matchAll(/\.([\w@/-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index))
  return (document) => steps.reduce<Json | undefined>(step, document)
}

function step(value: Json | undefined, key: string | number): Json | undefined {
  if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, key) ? value[key] : undefined
}

/**
 * Compiles an input template: each `<name>` is replaced by what `resolve` finds for it.
 * Outside quotes it becomes a JSON value, inside quotes a piece of the text; what doesn't exist is an empty text.
 * `resolve` is called at once for every name, so that a wrong one stops the start.
 */
export function compileTemplate<Context>(
  template: string,
  resolve: (name: string) => (context: Context) => Json | undefined,
): (context: Context) => string {
  const parts: Array<string | ((context: Context) => string)> = []
  let quoted = false
  for (const [token, name] of template.matchAll(/<([^<>"\\]+)>|\\[\s\S]?|"|[^<\\"]+|</g)) {
    if (name === undefined) {
      if (token === '"') quoted = !quoted
      parts.push(token)
      continue
    }
    const value = resolve(name)
    const write = quoted ? asText : asJson
    parts.push((context) => write(value(context)))
  }
  return (context) => parts.map((part) => (typeof part === 'string' ? part : part(context))).join('')
}

const asJson = (value: Json | undefined) => JSON.stringify(value ?? (value === null ? null : ''))

function asText(value: Json | undefined): string {
  if (value === undefined) return ''
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1)
}

/** What a rendered template is: the JSON it spells, else the text itself. */
export function rendered(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
