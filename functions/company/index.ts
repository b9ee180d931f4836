import { createApi } from '../platform/http'
import { routes } from './contract'
import { handlers } from './handlers'

export const api = createApi(routes, handlers)
