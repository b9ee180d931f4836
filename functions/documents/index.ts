import { createApi } from '../platform/http'
import { routes } from './contract'
import { handlers } from './handlers'

export { handler as tasks } from './tasks'
export const api = createApi(routes, handlers)
