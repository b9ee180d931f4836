import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import { createConsumer } from '../platform/consume'
import { createApi } from '../platform/http'
import { logger } from '../platform/telemetry'
import { routes } from './contract'
import { attend, isEnding } from './endings'
import { handlers } from './handlers'
import { reactions } from './reactions'
import { answerMachine } from './tasks'
import { lookAround } from './timer'

export const api = createApi(routes, handlers)
export const events = createConsumer('sops', reactions)
export const tasks = middy()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(answerMachine)
export const timer = middy()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler((event: unknown, invocation) =>
    isEnding(event)
      ? attend(event, invocation.awsRequestId)
      : lookAround(invocation.awsRequestId, () => invocation.getRemainingTimeInMillis()),
  )
