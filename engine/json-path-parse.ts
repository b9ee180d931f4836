/** The JSONPath dialect of Step Functions: `$`, `$$` (context object) and `$name` (variable) roots, Jayway segments. */
export type Segment =
  | { kind: 'names'; names: string[] }
  | { kind: 'indexes'; indexes: number[] }
  | { kind: 'slice'; from?: number; to?: number; step?: number }
  | { kind: 'all' }
  | { kind: 'filter'; filter: Filter }
  | { kind: 'descend' }
  | { kind: 'call'; name: 'length' | 'min' | 'max' | 'avg' | 'sum' | 'keys' }

export interface Path {
  text: string
  root: 'input' | 'context' | 'variable'
  /** Name of the variable, for root `variable`. */
  variable?: string
  segments: Segment[]
  /** A definite path names at most one value; an indefinite one answers an array. */
  definite: boolean
}

export type Operand =
  | { path: Segment[]; from: 'item' | 'root' }
  | { value: string | number | boolean | null | (string | number)[] }

export type Filter =
  | { op: 'and' | 'or'; items: Filter[] }
  | { op: 'not'; item: Filter }
  | { op: 'exists'; operand: Operand }
  | { op: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'nin'; left: Operand; right: Operand }
  | { op: '=~'; left: Operand; pattern: RegExp }

export class PathSyntaxError extends Error {}

const cache = new Map<string, Path>()

/** Parses a path; throws PathSyntaxError. Parsed paths are shared. */
export function parsePath(text: string): Path {
  const known = cache.get(text)
  if (known) return known
  const path = new PathParser(text).parse()
  if (cache.size > 10_000) cache.clear()
  cache.set(text, path)
  return path
}

const FUNCTIONS = ['length', 'min', 'max', 'avg', 'sum', 'keys'] as const

export class PathParser {
  constructor(
    readonly text: string,
    public at = 0,
  ) {}

  parse(): Path {
    const { root, variable } = this.root()
    const segments = this.segments()
    if (this.at !== this.text.length) this.fail(`unexpected '${this.text.charAt(this.at)}'`)
    const definite = segments.every(isDefinite)
    return { text: this.text, root, ...(variable !== undefined && { variable }), segments, definite }
  }

  private root(): { root: Path['root']; variable?: string } {
    if (this.text.charAt(this.at) !== '$') this.fail("a path starts with '$'")
    this.at++
    if (this.take('$')) {
      this.boundary()
      return { root: 'context' }
    }
    const variable = this.match(/[A-Za-z_\u00a1-\uffff][\w\u00a1-\uffff]*/y)
    return variable === undefined ? { root: 'input' } : { root: 'variable', variable }
  }

  private boundary() {
    const next = this.text.charAt(this.at)
    if (next !== '' && next !== '.' && next !== '[') this.fail(`unexpected '${next}'`)
  }

  segments(): Segment[] {
    const segments: Segment[] = []
    for (;;) {
      if (this.take('..')) segments.push({ kind: 'descend' }, this.peek() === '[' ? this.bracket() : this.dotted())
      else if (this.take('.')) segments.push(this.peek() === '[' ? this.bracket() : this.dotted())
      else if (this.peek() === '[') segments.push(this.bracket())
      else return segments
    }
  }

  private dotted(): Segment {
    if (this.take('*')) return { kind: 'all' }
    const name = this.match(/[^.[\]()\s,=<>!&|"'?*@$]+/y)
    if (name === undefined) this.fail('a name is missing')
    const call = FUNCTIONS.find((known) => known === name)
    if (call && this.take('()')) return { kind: 'call', name: call }
    return { kind: 'names', names: [name] }
  }

  private bracket(): Segment {
    this.expect('[')
    this.space()
    const segment = this.bracketBody()
    this.space()
    this.expect(']')
    return segment
  }

  private bracketBody(): Segment {
    if (this.take('*')) return { kind: 'all' }
    if (this.take('?')) return this.filterSegment()
    if (this.peek() === "'" || this.peek() === '"') return { kind: 'names', names: this.list(() => this.quoted()) }
    return this.numbers()
  }

  private filterSegment(): Segment {
    this.space()
    this.expect('(')
    const filter = this.or()
    this.space()
    this.expect(')')
    return { kind: 'filter', filter }
  }

  private numbers(): Segment {
    const slice = this.match(/-?\d*\s*:\s*-?\d*(\s*:\s*-?\d*)?/y)
    if (slice === undefined) return { kind: 'indexes', indexes: this.list(() => this.integer()) }
    const [from, to, step] = slice.split(':').map((part) => (part.trim() === '' ? undefined : Number(part)))
    return {
      kind: 'slice',
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(step !== undefined && { step }),
    }
  }

  private integer(): number {
    const digits = this.match(/-?\d+/y)
    if (digits === undefined) this.fail('an index is missing')
    return Number(digits)
  }

  private list<T>(item: () => T): T[] {
    const items = [item()]
    for (this.space(); this.take(','); this.space()) {
      this.space()
      items.push(item())
    }
    return items
  }

  /** Step Functions keeps backslashes of a quoted name as they are; only an escaped quote is unescaped. */
  private quoted(): string {
    const quote = this.peek()
    this.at++
    let value = ''
    while (this.peek() !== quote) {
      if (this.at >= this.text.length) this.fail('a quote is not closed')
      if (this.text.startsWith(`\\${quote}`, this.at)) this.at++
      value += this.text.charAt(this.at++)
    }
    this.at++
    return value
  }

  private or(): Filter {
    const items = [this.and()]
    while (this.operator('||')) items.push(this.and())
    return items.length === 1 && items[0] ? items[0] : { op: 'or', items }
  }

  private and(): Filter {
    const items = [this.unary()]
    while (this.operator('&&')) items.push(this.unary())
    return items.length === 1 && items[0] ? items[0] : { op: 'and', items }
  }

  private unary(): Filter {
    if (this.operator('!')) return { op: 'not', item: this.unary() }
    if (this.operator('(')) {
      const inner = this.or()
      if (!this.operator(')')) this.fail("')' is missing")
      return inner
    }
    return this.comparison()
  }

  private comparison(): Filter {
    const left = this.operand()
    if (this.operator('=~')) return { op: '=~', left, pattern: this.regex() }
    for (const op of ['==', '!=', '<=', '>=', '<', '>', 'in', 'nin'] as const) {
      if (this.operator(op)) return { op, left, right: this.operand() }
    }
    return { op: 'exists', operand: left }
  }

  private regex(): RegExp {
    this.space()
    const source = this.match(/\/(?:[^/\\]|\\.)*\/[a-z]*/y)
    const parts = source && /^\/(.*)\/([a-z]*)$/.exec(source)
    if (!parts) this.fail('a regular expression is missing')
    return new RegExp(parts[1] ?? '', parts[2])
  }

  private operand(): Operand {
    this.space()
    const from = this.peek()
    if (from === '@' || from === '$') {
      this.at++
      return { path: this.segments(), from: from === '@' ? 'item' : 'root' }
    }
    if (this.take('[')) {
      this.space()
      const value = this.list(() => (this.peek() === "'" || this.peek() === '"' ? this.quoted() : this.integer()))
      this.expect(']')
      return { value }
    }
    if (from === "'" || from === '"') return { value: this.quoted() }
    return { value: this.literal() }
  }

  /** A bare word stands for the text that it is. */
  private literal(): number | boolean | string | null {
    const number = this.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?/y)
    if (number !== undefined) return Number(number)
    const word = this.match(/[A-Za-z_]\w*/y)
    if (word === undefined) this.fail('a value is missing')
    if (word === 'null') return null
    return word === 'true' || word === 'false' ? word === 'true' : word
  }

  private operator(token: string): boolean {
    this.space()
    return this.take(token)
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }

  private expect(token: string) {
    if (!this.take(token)) this.fail(`'${token}' is missing`)
  }

  private peek(): string {
    return this.text.charAt(this.at)
  }

  private space() {
    while (this.peek() === ' ') this.at++
  }

  private match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at
    const found = sticky.exec(this.text)?.[0]
    if (found !== undefined) this.at += found.length
    return found === '' ? undefined : found
  }

  private fail(why: string): never {
    throw new PathSyntaxError(`'${this.text}' is not a JSONPath: ${why} at ${this.at}`)
  }
}

/** Does a segment name at most one value? */
export function isDefinite(segment: Segment): boolean {
  if (segment.kind === 'names') return segment.names.length === 1
  if (segment.kind === 'indexes') return segment.indexes.length === 1
  return segment.kind === 'call'
}
