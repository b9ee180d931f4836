/** The bundles of all doors, built by one esbuild run. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

const ROOT = resolve(__dirname, '..')
const BUILD = join(ROOT, '.build')
/** `<domain>-<door>/index.js` and the data files that its modules read. */
export const BUNDLES = join(BUILD, 'functions')
const SOURCE_MAPS = join(BUILD, 'maps')

export interface DoorName {
  domain: string
  door: 'api' | 'events' | 'tasks' | 'timer'
}

export const functionNameOf = ({ domain, door }: DoorName) => `${domain}-${door}`

/** Output of the build for one function: its size and, by input file, what each weighs. */
export type BundleReport = Metafile['outputs'][string]

/** `door:<domain>/<door>`: a module whose `handler` is that export of the domain's index, and that holds nothing else of it. */
const doors: Plugin = {
  name: 'doors',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^door:/ }, ({ path }) => ({ path: path.slice('door:'.length), namespace: 'door' }))
    onLoad({ filter: /.*/, namespace: 'door' }, ({ path }) => ({
      contents: `export { ${basename(path)} as handler } from './functions/${dirname(path)}/index'`,
      resolveDir: ROOT,
    }))
    // The doors that a bundle doesn't export may be dropped, with all that only they use.
    onLoad({ filter: /[/\\]functions[/\\][^/\\]+[/\\]index\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^(export const \w+ =)([\s\S]*?)(?=\n[\w/]|$(?![\s\S]))/gm,
        '$1 /* @__PURE__ */ (() =>$2)()',
      ),
      loader: 'ts',
    }))
  },
}

/** Our own modules do nothing when they are loaded, and JSON documents lie beside the bundle, so that they cost nothing at start. */
const ownModules: Plugin = {
  name: 'own-modules',
  setup({ onResolve, resolve: resolveImport }) {
    onResolve({ filter: /^\.\.?\// }, async ({ path, importer, pluginData, kind, resolveDir }) => {
      if (pluginData === ownModules || importer.includes('node_modules')) return undefined
      if (path.endsWith('.json')) return { path: `./${basename(path)}`, external: true }
      const found = await resolveImport(path, { importer, kind, resolveDir, pluginData: ownModules })
      return { path: found.path, errors: found.errors, sideEffects: false }
    })
  },
}

/** Files of packages that our modules read by `require.resolve('package/file')`: they lie beside the bundle, too. */
const OF_PACKAGES = /require\.resolve\('([^']+)'\)/g

const filesOfPackages: Plugin = {
  name: 'files-of-packages',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]functions[/\\]documents[/\\]pictures[/\\]pages\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(OF_PACKAGES, (_, file) => `(__dirname + '/${basename(file)}')`),
      loader: 'ts',
    }))
  },
}

/** A module that is replaced because nothing that we call reaches it. */
interface Replacement {
  /** Specifier as it is imported. */
  specifier: RegExp
  /** Only when imported from here. */
  importer?: RegExp
  contents: string
}

const REPLACEMENTS: readonly Replacement[] = [
  {
    // Lambda gives every function its role's credentials in the environment; SSO, STS, IMDS and profiles are not for it.
    specifier: /^@aws-sdk\/credential-provider-node$/,
    contents: `export const defaultProvider = () => async () => ({
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: process.env.AWS_SESSION_TOKEN,
    })`,
  },
  {
    // JSON Schemas are made when OpenAPI is generated, never by a function.
    specifier: /core\/(to-json-schema|json-schema-processors)\.js$/,
    importer: /[/\\]zod[/\\]v4[/\\]classic[/\\]/,
    contents: `
      const unavailable = () => { throw new Error('JSON Schemas are made at build time') }
      export const createToJSONSchemaMethod = () => unavailable
      export const createStandardJSONSchemaMethod = () => unavailable
      export { unavailable as aggregateChecks, unavailable as toJSONSchema }`,
  },
  {
    // SOPs are written in JSONata: a definition in JSONPath is refused for that, whatever its paths are like, and never run.
    specifier: /^\.\/(json-path|json-path-parse|intrinsics)$/,
    importer: /[/\\]engine[/\\]/,
    contents: `
      export class PathSyntaxError extends Error {}
      export const parsePath = () => ({ root: '$', segments: [] })
      export const referenceSteps = () => []
      export const parseIntrinsic = () => ({ name: '', arguments: [] })
      export const misplacedArguments = () => []
      const unavailable = () => { throw new Error('SOPs are written in JSONata') }
      export { unavailable as readPath, unavailable as writePath, unavailable as explainMissing, unavailable as callIntrinsic }`,
  },
]

const replacements: Plugin = {
  name: 'replacements',
  setup({ onResolve, onLoad }) {
    for (const [index, { specifier, importer }] of REPLACEMENTS.entries())
      onResolve({ filter: specifier }, (args) =>
        importer && !importer.test(args.importer)
          ? undefined
          : { path: String(index), namespace: 'replacement', sideEffects: false },
      )
    onLoad({ filter: /.*/, namespace: 'replacement' }, ({ path }) => ({
      contents: REPLACEMENTS[Number(path)]?.contents ?? '',
      loader: 'js',
    }))
  },
}

/** How every bundle is built, whatever is in it. */
export const SETTINGS = {
  bundle: true,
  // CommonJS starts faster than ES modules (see docs/decisions).
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
} satisfies BuildOptions

/**
 * Builds the functions of `wanted` into `BUNDLES` and removes those of doors that are gone.
 * Answers the report of each by function name. Throws what esbuild throws.
 */
export async function bundle(wanted: readonly DoorName[]): Promise<Map<string, BundleReport>> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      wanted.map((name) => [`${functionNameOf(name)}/index`, `door:${name.domain}/${name.door}`]),
    ),
    outdir: BUNDLES,
    ...SETTINGS,
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'error',
    plugins: [doors, replacements, ownModules, filesOfPackages],
  })
  for (const { path, contents } of outputFiles) {
    const name = basename(dirname(path))
    writeIfChanged(path.endsWith('.map') ? join(SOURCE_MAPS, `${name}.js.map`) : path, contents)
  }
  const reports = new Map<string, BundleReport>()
  for (const [path, report] of Object.entries(metafile.outputs)) {
    if (path.endsWith('.map')) continue
    const folder = dirname(resolve(ROOT, path))
    for (const input of Object.keys(report.inputs)) copyDataFiles(resolve(ROOT, input), folder)
    reports.set(basename(folder), report)
  }
  for (const stale of readdirSync(BUNDLES)) if (!reports.has(stale)) rmSync(join(BUNDLES, stale), { recursive: true })
  return reports
}

/** Files that our modules read beside themselves, `join(__dirname, 'name')`, documents that they require, and files of packages lie beside the bundle. */
function copyDataFiles(source: string, folder: string): void {
  if (!relative(ROOT, source).startsWith('functions')) return
  const text = readFileSync(source, 'utf8')
  const named = text.matchAll(/join\(__dirname, '([^']+)'\)|require\('([^']+\.json)'\)|packageFile\('([^']+)'\)/g)
  for (const [, beside, required, packaged] of named) {
    const file = packaged ? require.resolve(packaged) : join(dirname(source), beside ?? required ?? '')
    writeIfChanged(join(folder, basename(file)), readFileSync(file))
  }
  for (const [, file = ''] of text.matchAll(OF_PACKAGES))
    writeIfChanged(join(folder, basename(file)), readFileSync(require.resolve(file)))
}

/** Whole or not at all: two processes may bundle at the same time. */
function writeIfChanged(path: string, contents: Uint8Array): void {
  try {
    if (readFileSync(path).equals(contents)) return
  } catch {
    mkdirSync(dirname(path), { recursive: true })
  }
  const draft = join(BUILD, `draft-${process.pid}`)
  writeFileSync(draft, contents)
  renameSync(draft, path)
}
