import { moduleOf, type Source, sources } from '../support/sources'

const ALL = sources('schemas', 'functions', 'engine', 'infra', 'local', 'demo')
const byModule = new Map(ALL.map((source) => [moduleOf(source.path), source]))
const functions = ALL.filter(({ path }) => path.startsWith('functions/'))

/** `functions/<domain>` or the top folder. */
const partOf = (path: string) =>
  path
    .split('/')
    .slice(0, path.startsWith('functions/') ? 2 : 1)
    .join('/')

/** What each part may import of the others; itself always. */
const MAY_IMPORT: Record<string, RegExp[]> = {
  schemas: [],
  engine: [],
  'functions/platform': [/^schemas\//],
  infra: [/^schemas\//, /^functions\/\w+\/contract$/, /^functions\/platform\/(route|env)$/],
  // The first start fills the demo tenant through its API.
  local: [/^engine\//, /^demo\//, /^schemas\//],
  demo: [/^schemas\//, /^local\//],
}

/** What domains may import of each other: the shipment's aggregate, and pure rules. */
const OF_OTHER_DOMAINS: Record<string, RegExp[]> = {
  // Everything that happens to a shipment is committed by its aggregate, and shown from its perspective.
  '*': [/^functions\/shipments\/(store|items|domain|perspective)$/, /^functions\/tracking\/(domain|own-events)$/],
  // An import creates shipments as a request does.
  'functions/imports': [/^functions\/shipments\/(creation|insertion)$/],
  // Steps of an SOP assign tasks and add charges by the rules of those, and count the hours of people; definitions are JSON as the engine has it.
  'functions/sops': [
    /^functions\/(tasks\/(domain(\/\w+)?|store)|billing\/domain\/charges)$/,
    /^functions\/people\/(domain\/[\w-]+|store)$/,
    /^engine\/(json|advance|execution)$/,
  ],
  // Hours at a place are in its time zone.
  'functions/people': [/^functions\/places\/store$/],
  // Drafts of SOPs are proved and tried on the engine, by the rules of their steps.
  'functions/authoring': [
    /^engine\//,
    /^functions\/sops\/(client|live|store|domain\/(virtual\/)?\w+)$/,
    /^functions\/tasks\/domain$/,
    /^functions\/people\/store$/,
    /^functions\/tracking\/codes$/,
    /^functions\/simulations\/gate$/,
  ],
  // SOPs are tried on the engine, by the rules of their steps, as drafts and versions have them.
  'functions/simulations': [
    /^engine\//,
    /^functions\/authoring\/(definitions|known|releases|store)$/,
    /^functions\/sops\/(live|store|domain\/(virtual\/)?\w+)$/,
    /^functions\/tasks\/domain(\/\w+)?$/,
    /^functions\/people\/(domain\/calendars|store)$/,
    /^functions\/kpis\/domain\/sketch$/,
  ],
  // A move is planned on the engine, by the rules of steps, and begins another run of the SOP.
  'functions/migrations': [
    /^engine\//,
    /^functions\/sops\/(restart|store|domain\/(virtual\/)?\w+)$/,
    /^functions\/authoring\/(definitions|store)$/,
    /^functions\/tasks\/domain(\/\w+)?$/,
    /^functions\/people\/(domain\/[\w-]+|store)$/,
  ],
  // A review is a task; papers name places that the shipment knows by code, print the tax that was billed, and go out in the tenant's name.
  'functions/documents': [
    /^functions\/tasks\/domain$/,
    /^functions\/(places|company)\/store$/,
    /^functions\/billing\/domain\/postings$/,
  ],
  // A grant lets documents in by the rules of documents.
  'functions/grants': [/^functions\/documents\/(domain\/\w+|store|upload-form)$/],
  // Due dates are derived from a shipment's plan as steps of an SOP derive them; what a review asks about is shown as a picture.
  'functions/tasks': [
    /^functions\/documents\/(domain\/review|presign)$/,
    /^functions\/sops\/domain\/anchors$/,
    /^functions\/people\/(domain\/[\w-]+|store)$/,
  ],
  // A decision is explained by the rules that made it.
  'functions/explain': [
    /^engine\/json$/,
    /^functions\/sops\/(client|domain\/(anchors|flow|runs))$/,
    /^functions\/tasks\/domain\/(delegation|escalation)$/,
    /^functions\/people\/(domain\/calendars|store)$/,
    /^functions\/tracking\/codes$/,
  ],
  // Places of a shipment must exist; due dates of its tasks follow its plan.
  'functions/shipments': [
    /^functions\/places\/store$/,
    /^functions\/tasks\/domain\/reschedule$/,
    /^functions\/people\/(domain\/calendars|store)$/,
  ],
}

function allowed(part: string, target: string): boolean {
  const isDomain = part.startsWith('functions/') && part !== 'functions/platform'
  const rules = isDomain
    ? [/^schemas\//, /^functions\/platform\//, ...(OF_OTHER_DOMAINS['*'] ?? []), ...(OF_OTHER_DOMAINS[part] ?? [])]
    : (MAY_IMPORT[part] ?? [])
  return partOf(target) === part || rules.some((rule) => rule.test(target))
}

describe('imports', () => {
  it('run one way, downwards', () => {
    const wrong = ALL.flatMap(({ path, imports }) =>
      imports
        .filter(({ ours, target }) => ours && !target.endsWith('.json') && !allowed(partOf(path), target))
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('name modules that exist', () => {
    const missing = ALL.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ ours, target }) =>
            ours && !target.endsWith('.json') && !byModule.has(target) && !byModule.has(`${target}/index`),
        )
        .map(({ target }) => `${path} imports ${target}`),
    )
    expect(missing).toEqual([])
  })

  it('make no circle', () => {
    const done = new Set<string>()
    const walk = (module: string, way: string[]): string[] => {
      if (way.includes(module)) return [[...way.slice(way.indexOf(module)), module].join(' → ')]
      if (done.has(module)) return []
      const circles = valuesOf(module).flatMap((target) => walk(target, [...way, module]))
      done.add(module)
      return circles
    }
    expect([...byModule.keys()].flatMap((module) => walk(module, []))).toEqual([])
  })

  it('take zod whole, for a bundle drops what is not used of it only then', () => {
    expect(
      ALL.filter(({ text }) => /^import (?!type|\* as z).*from 'zod'/m.test(text)).map(({ path }) => path),
    ).toEqual([])
  })

  it('take the SDK only where a service is called', () => {
    const callers = functions.filter(({ imports }) =>
      imports.some(({ target, typeOnly }) => !typeOnly && target.startsWith('@aws-sdk/')),
    )
    const places = /^functions\/\w+\/(store|client|tasks)\.ts$/
    expect(callers.map(({ path }) => path).filter((path) => !places.test(path))).toEqual([])
  })
})

/** Modules of ours that a module needs at run time. */
const valuesOf = (module: string): string[] =>
  (byModule.get(module)?.imports ?? []).filter(({ ours, typeOnly }) => ours && !typeOnly).map(({ target }) => target)

/** A module and all that it needs at run time. */
function closure(source: Source): Source[] {
  const found = new Map<string, Source>()
  const visit = (module: string) => {
    const next = byModule.get(module)
    if (!next || found.has(module)) return
    found.set(module, next)
    for (const target of valuesOf(module)) visit(target)
  }
  visit(moduleOf(source.path))
  return [...found.values()]
}

describe('rules of a domain', () => {
  const rules = functions.filter(({ path }) => /^functions\/\w+\/domain(\.ts|\/)/.test(path))

  it.each(rules.map((source) => [source.path, source] as const))(
    '%s is pure, with all that it imports',
    (_, source) => {
      const impure = closure(source).flatMap(({ path, text, imports }) => [
        ...imports
          .filter(({ ours, typeOnly, target }) => !ours && !typeOnly && /^(node:(?!crypto$)|@aws-)/.test(target))
          .map(({ target }) => `${path} imports ${target}`),
        ...(/\bprocess\.|Math\.random|Date\.now|new Date\(\)|\brandomUUID|\bfetch\(/.test(text)
          ? [`${path} asks its surroundings`]
          : []),
      ])
      expect(impure).toEqual([])
    },
  )
})

describe('surroundings', () => {
  it('are read in one place each: variables in env.ts, the clock in context.ts', () => {
    const readers = (pattern: RegExp) => functions.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
    expect(readers(/process\.env\b/)).toEqual(['functions/platform/env.ts'])
    expect(readers(/new Date\(\)|Date\.now\(\)/)).toEqual(['functions/platform/context.ts'])
  })

  it('hold no JSON Schema: bundles leave out what makes it', () => {
    expect(functions.filter(({ text }) => text.includes('toJSONSchema')).map(({ path }) => path)).toEqual([])
  })
})

describe('size', () => {
  it('of a file is at most 300 lines', () => {
    const long = ALL.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    expect(long.filter(({ lines }) => lines > 300)).toEqual([])
  })
})
