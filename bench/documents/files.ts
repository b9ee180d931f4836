// Files as they lie in somebody else's folders: extensions in any case, links that lead nowhere.
import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

export const IMAGE = /\.(?:pdf|png|jpe?g|tiff?)$/i

function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
  } catch (error) {
    if (existsSync(dir))
      process.stderr.write(`${dir}: not listed (${error instanceof Error ? error.message : error})\n`)
    return []
  }
}

/** Every file below a folder, in order of their paths; nothing where there is no such folder. */
export const filesUnder = (dir: string): string[] =>
  entriesOf(dir)
    .flatMap((entry) => {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) return filesUnder(path)
      return entry.isFile() || existsSync(path) ? [path] : []
    })
    .sort()

/** A file (or folder) of a folder by its name, in whatever case it is written. */
export function named(dir: string, name: string): string | undefined {
  const entry = entriesOf(dir).find((one) => one.name.toLowerCase() === name.toLowerCase())
  return entry && join(dir, entry.name)
}

/** The file's name without its extension. */
export const stem = (file: string): string => basename(file, extname(file))

/** A file of the same folder that begins with the name of this one: `scan.pdf` has `scan.truth.json` or `scan.pdf.labels.json`. */
export const beside = (file: string, ...endings: readonly string[]): string | undefined =>
  endings
    .flatMap((ending) => [stem(file) + ending, basename(file) + ending])
    .map((name) => named(dirname(file), name))
    .find((path) => path !== undefined && path !== file)
