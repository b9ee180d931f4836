import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'

/** Structured logs; request, tenant and shipment ids are appended by the doors. */
export const logger = new Logger({ serviceName: 'portolan' })
/** CloudWatch metrics in embedded metric format, flushed once an invocation. */
export const metrics = new Metrics({ namespace: 'Portolan', serviceName: 'portolan' })
