import { IntrinsicError } from './errors'
import { format } from './intrinsic-format'
import { type IntrinsicTools, intrinsicFunctions } from './intrinsic-functions'
import { isNumber, type Json } from './json'
import { explainMissing, type Roots, readPath } from './json-path'
import { type Path, PathSyntaxError, parsePath } from './json-path-parse'

export type IntrinsicArgument =
  | { kind: 'literal'; value: Json }
  /** A quoted string as it was written: States.Format must tell an escaped brace from a placeholder. */
  | { kind: 'string'; raw: string }
  | { kind: 'path'; path: Path }
  | { kind: 'call'; call: IntrinsicCall }

export interface IntrinsicCall {
  text: string
  name: string
  args: IntrinsicArgument[]
}

const cache = new Map<string, IntrinsicCall>()

/** Parses `States.Name(arguments)`; throws PathSyntaxError where it is not one of the intrinsic functions. */
export function parseIntrinsic(text: string): IntrinsicCall {
  const known = cache.get(text)
  if (known) return known
  const parser = new IntrinsicParser(text.trim())
  const call = parser.call()
  parser.end()
  if (cache.size > 10_000) cache.clear()
  cache.set(text, call)
  return call
}

class IntrinsicParser {
  private at = 0
  constructor(private readonly text: string) {}

  call(): IntrinsicCall {
    const start = this.at
    const name = this.match(/States\.([A-Za-z0-9]+)/y)?.slice('States.'.length)
    if (name === undefined || !Object.hasOwn(arities, name)) this.fail('not an intrinsic function')
    this.space()
    if (this.match(/\(/y) === undefined) this.fail("'(' is missing")
    const args = this.arguments()
    const [low, high] = arities[name] ?? [0, 0]
    if (args.length < low || args.length > high) this.fail(`States.${name} takes ${low} to ${high} arguments`)
    return { text: this.text.slice(start, this.at), name, args }
  }

  end() {
    this.space()
    if (this.at !== this.text.length) this.fail('unexpected text')
  }

  private arguments(): IntrinsicArgument[] {
    const args: IntrinsicArgument[] = []
    this.space()
    if (this.match(/\)/y)) return args
    for (;;) {
      args.push(this.argument())
      this.space()
      if (this.match(/\)/y)) return args
      if (this.match(/,/y) === undefined) this.fail("',' or ')' is missing")
      this.space()
    }
  }

  private argument(): IntrinsicArgument {
    if (this.text.charAt(this.at) === "'") return { kind: 'string', raw: this.string() }
    if (this.text.charAt(this.at) === '$') return { kind: 'path', path: this.path() }
    if (this.text.startsWith('States.', this.at)) return { kind: 'call', call: this.call() }
    const word = this.match(/true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?/y)
    if (word === undefined) this.fail('an argument is neither a path, a literal nor an intrinsic function')
    return { kind: 'literal', value: JSON.parse(word) }
  }

  private string(): string {
    const quoted = this.match(/'(?:[^'\\]|\\[\s\S])*'/y)
    if (quoted === undefined) this.fail('a string is not closed')
    return quoted.slice(1, -1)
  }

  /** A path runs to the comma or parenthesis that is outside its own brackets and quotes. */
  private path(): Path {
    const text = this.match(/\$(?:[^,()[\]']|\[(?:[^\]'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*\]|\(\))*/y)
    if (text === undefined) this.fail('a path is missing')
    return parsePath(text.trimEnd())
  }

  private space() {
    this.match(/\s+/y)
  }

  private match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at
    const found = sticky.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found
  }

  private fail(why: string): never {
    throw new PathSyntaxError(`'${this.text}' is not an intrinsic function expression: ${why} at ${this.at}`)
  }
}

/** Fewest and most arguments of each function. */
const arities: Record<string, [number, number]> = {
  Array: [0, Number.POSITIVE_INFINITY],
  ArrayContains: [2, 2],
  ArrayGetItem: [2, 2],
  ArrayLength: [1, 1],
  ArrayPartition: [2, 2],
  ArrayRange: [3, 3],
  ArrayUnique: [1, 1],
  Base64Decode: [1, 1],
  Base64Encode: [1, 1],
  Format: [1, Number.POSITIVE_INFINITY],
  Hash: [2, 2],
  JsonMerge: [3, 3],
  JsonToString: [1, 1],
  MathAdd: [2, 2],
  MathRandom: [2, 3],
  StringSplit: [2, 2],
  StringToJson: [1, 1],
  UUID: [0, 0],
}

/** Calls an intrinsic function; throws IntrinsicError for a wrong argument. */
export function callIntrinsic(call: IntrinsicCall, roots: Roots, tools: IntrinsicTools): Json {
  if (call.name === 'Format') return callFormat(call, roots, tools)
  const values = call.args.map((arg) => argument(arg, roots, tools))
  const run = intrinsicFunctions[call.name]
  if (!run) throw new IntrinsicError(`Unknown function States.${call.name}`)
  return run(values, tools)
}

function callFormat(call: IntrinsicCall, roots: Roots, tools: IntrinsicTools): Json {
  const [template, ...rest] = call.args
  const values = rest.map((arg) => argument(arg, roots, tools))
  if (template?.kind === 'string') return format(template.raw, values)
  const text = template && argument(template, roots, tools)
  if (typeof text !== 'string') throw new IntrinsicError('The template of States.Format must be a string')
  return format(text, values)
}

function argument(arg: IntrinsicArgument, roots: Roots, tools: IntrinsicTools): Json {
  if (arg.kind === 'literal') return arg.value
  if (arg.kind === 'string') return unescaped(arg.raw)
  if (arg.kind === 'call') return callIntrinsic(arg.call, roots, tools)
  const value = readPath(arg.path, roots)
  if (value === undefined)
    throw new IntrinsicError(`Invalid path '${arg.path.text}' : ${explainMissing(arg.path, roots)}`)
  return value
}

const unescaped = (raw: string) => raw.replace(/\\(['{}\\])/g, '$1')

/** For the validator: numbers or paths where arithmetic needs them. */
export function misplacedArguments(call: IntrinsicCall): string[] {
  const numeric = ['MathAdd', 'MathRandom', 'ArrayRange'].includes(call.name)
  const wrong = call.args.flatMap((arg) => {
    if (arg.kind === 'call') return misplacedArguments(arg.call)
    const isNumeric = arg.kind === 'path' || (arg.kind === 'literal' && isNumber(arg.value))
    return numeric && !isNumeric ? [`States.${call.name} takes numbers or paths`] : []
  })
  return wrong
}
