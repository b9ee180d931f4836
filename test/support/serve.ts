/** The local runtime as a process of its own, so that a test can kill it: prints its address, serves until it is ended. */
import { startRuntime } from '../../local/runtime'
import { DEFAULT_ASSEMBLY } from '../../local/synth'

async function main(): Promise<void> {
  process.env.TZ = 'UTC'
  const [dataDir = '', port = '0'] = process.argv.slice(2)
  const runtime = await startRuntime({ assemblyDir: DEFAULT_ASSEMBLY, dataDir, port: Number(port) })
  process.once('SIGTERM', () => void runtime.stop().then(() => process.exit(0)))
  process.stdout.write(`${runtime.url}\n`)
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
})
