import * as z from 'zod'
import { assignmentOfPerson, claimsOf } from './domain'
import { loadClient } from './store'

/** What we read of Cognito's pre-token-generation event, version 3. */
const TokenRequest = z.looseObject({
  triggerSource: z.string(),
  callerContext: z.looseObject({ clientId: z.string() }),
  request: z.looseObject({ userAttributes: z.record(z.string(), z.string()).nullish() }),
  response: z.unknown(),
})

const MACHINE = 'TokenGeneration_ClientCredentials'

/** Puts the claims of our API on the access token. Cognito issues none when this throws. */
export async function addClaims(event: unknown) {
  const request = TokenRequest.parse(event)
  const assignment =
    request.triggerSource === MACHINE
      ? await loadClient(request.callerContext.clientId)
      : assignmentOfPerson(request.request.userAttributes ?? {})
  const accessTokenGeneration = { claimsToAddOrOverride: claimsOf(assignment) }
  return { ...request, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } }
}
