import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'

const ROOT = resolve(__dirname, '..', '..')

export interface Import {
  /** Path from the root without extension for a module of ours, else the name of a package. */
  target: string
  ours: boolean
  typeOnly: boolean
}
export interface Source {
  /** From the root, with extension. */
  path: string
  text: string
  imports: Import[]
}

const IMPORT = /^(?:import|export)\s+(?:(type)\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm
const LAZY_IMPORT = /\bimport\('([^']+)'\)/g

const onlyTypes = (names: string) => {
  const inside = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]
  return inside?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false
}

function importsOf(path: string, text: string): Import[] {
  const made = (specifier: string, typeOnly: boolean): Import => {
    const ours = specifier.startsWith('.')
    return { target: ours ? normalize(join(dirname(path), specifier)) : specifier, ours, typeOnly }
  }
  return [
    ...[...text.matchAll(IMPORT)].map(([, type, names = '', specifier = '']) =>
      made(specifier, type !== undefined || onlyTypes(names)),
    ),
    ...[...text.matchAll(LAZY_IMPORT)].map(([, specifier = '']) => made(specifier, false)),
  ]
}

/** Every TypeScript file under the folders, with what it imports. */
export const sources = (...folders: string[]): Source[] =>
  folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.generated.ts'))
      .map((entry) => {
        const path = relative(ROOT, join(entry.parentPath, entry.name))
        const text = readFileSync(join(ROOT, path), 'utf8')
        return { path, text, imports: importsOf(path, text) }
      }),
  )

/** The module's name as others import it. */
export const moduleOf = (path: string) => path.replace(/\.ts$/, '')
