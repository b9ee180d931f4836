/** Keeps the cloud assembly up to date with the sources that it is made from. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(__dirname, '..')
export const DEFAULT_ASSEMBLY = join(ROOT, 'cdk.out')
const SOURCES = ['cdk.json', 'package-lock.json', 'infra', 'functions', 'schemas', 'state-machines', 'engine']

/** Time of the last change in a file or folder, UTC milliseconds. */
function changedAt(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))))
}

export const isMissing = (assemblyDir: string) => !existsSync(join(assemblyDir, 'manifest.json'))

/** Whether the assembly is missing or older than a source. */
export function isStale(assemblyDir: string): boolean {
  if (isMissing(assemblyDir)) return true
  const made = statSync(join(assemblyDir, 'manifest.json')).mtimeMs
  return SOURCES.map((source) => join(ROOT, source)).some((source) => existsSync(source) && changedAt(source) > made)
}

/** Synthesizes into `cdk.out`. Throws with the tool's output if it fails. */
export async function synthesize(): Promise<void> {
  const cdk = require.resolve('aws-cdk/bin/cdk')
  const child = spawn(process.execPath, [cdk, 'synth', '--quiet', '--output', DEFAULT_ASSEMBLY], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const code = await new Promise((done) => child.once('exit', done))
  if (code !== 0) throw new Error(`cdk synth failed:\n${output}`)
}
