/** Tokens without a running server: the keys are in the data folder, the names in the template. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadAssembly } from './assembly'
import { createIssuer, type TokenRequest } from './cognito'
import { authorizerOf } from './http-api'
import { openState, readSetting } from './state'

/** Signs a token that a runtime on the same data folder and template accepts, in that runtime's time. */
export async function mintToken(
  place: { assemblyDir: string; dataDir: string },
  request: TokenRequest,
): Promise<string> {
  const { resources, region } = loadAssembly(place.assemblyDir, 'http://127.0.0.1')
  const offset = clockOffset(place.dataDir)
  const issuer = await createIssuer({
    dataDir: place.dataDir,
    endpoint: '',
    region,
    resources,
    authorizer: authorizerOf(resources),
    now: () => (Date.now() + offset) / 1000,
    invoke: async () => null,
  })
  return issuer.mint(request)
}

function clockOffset(dataDir: string): number {
  if (!existsSync(join(dataDir, 'runtime.sqlite'))) return 0
  const state = openState(dataDir)
  try {
    return Number(readSetting(state, 'clock offset') ?? 0)
  } finally {
    state.close()
  }
}
