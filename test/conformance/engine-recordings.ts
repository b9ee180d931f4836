/** Reads a folder of executions recorded on the real service, with the definitions that they ran. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import JSON5 from 'json5'
import { isObject, type Json, type JsonObject } from '../../engine/json'

export interface RecordedEvent {
  id: number
  previousEventId: number
  type: string
  details: JsonObject
}

export interface Template {
  name: string
  definition: JsonObject
}

/** One recorded test: what the service answered, by the name that the test gave each answer. */
export interface Recording {
  id: string
  /** Text in the last brackets of the id, which tells the cases of one test apart. */
  parameter: string | undefined
  content: JsonObject
  templates: Template[]
  literalInputs: Json[]
}

export function readRecordings(dir: string): Recording[] {
  const base = existsSync(join(dir, 'localstack')) ? join(dir, 'localstack') : dir
  const links = readJson(join(base, 'test_to_template.json'))
  const all = files(join(base, 'templates'), '.json5')
  return files(join(base, 'snapshots'), '.json').flatMap((file) =>
    Object.entries(readJson(file)).flatMap(([id, test]) => {
      const content = isObject(test) ? test['recorded-content'] : undefined
      return isObject(content) ? [recording(base, id, content, links[id], all)] : []
    }),
  )
}

function recording(base: string, id: string, content: JsonObject, link: Json | undefined, all: string[]): Recording {
  const { templates: linked = [], literal_inputs: inputs = [] } = isObject(link) ? link : {}
  // Some ids name the template's file instead of linking it.
  const byName = all.filter((file) => id.includes(`[${file.replace(/^.*\//, '')}`))
  const templates = Array.isArray(linked) && linked.length > 0 ? linked : byName.map((file) => file.slice(base.length))
  return {
    id,
    parameter: /\[(.*)\]$/s.exec(id)?.[1],
    content,
    templates: templates.flatMap((path) => readTemplate(base, String(path))),
    literalInputs: Array.isArray(inputs) ? inputs : [],
  }
}

function readTemplate(base: string, path: string): Template[] {
  const file = join(base, 'templates', path.split('/templates/').at(-1) ?? path)
  if (!/\.json5?$/.test(file) || !existsSync(file)) return []
  const definition: Json = JSON5.parse(readFileSync(file, 'utf8'))
  const name = file.replace(/^.*\//, '').replace(/\.json5?$/, '')
  return isObject(definition) && 'States' in definition ? [{ name, definition }] : []
}

export function readJson(file: string): JsonObject {
  if (!existsSync(file)) return {}
  const value: Json = JSON.parse(readFileSync(file, 'utf8'))
  return isObject(value) ? value : {}
}

export function files(dir: string, suffix: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(dir, name))
}

/** The histories of a recording, with the definition that some answers carry. */
export function historiesOf({ content }: Recording): RecordedEvent[][] {
  return Object.values(content).flatMap((answer) => {
    if (!isObject(answer) || !Array.isArray(answer.events)) return []
    const events = answer.events.filter(isObject).map(event)
    return events[0]?.type === 'ExecutionStarted' ? [events] : []
  })
}

function event(raw: JsonObject): RecordedEvent {
  const key = Object.keys(raw).find((name) => name.endsWith('EventDetails'))
  const details = key === undefined ? undefined : raw[key]
  return {
    // Where branches ran side by side, the recorder blanked the numbers.
    id: typeof raw.id === 'number' ? raw.id : 0,
    previousEventId: typeof raw.previousEventId === 'number' ? raw.previousEventId : 0,
    type: String(raw.type),
    details: isObject(details) ? details : {},
  }
}

/** A recorded payload: JSON text unless the recorder has already parsed it. */
export function payload(value: Json | undefined): Json {
  if (typeof value !== 'string') return value ?? null
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
