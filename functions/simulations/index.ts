import { createConsumer } from '../platform/consume'
import { createApi } from '../platform/http'
import { routes } from './contract'
import { handlers } from './handlers'
import { reactions } from './reactions'

export const api = createApi(routes, handlers)
export const events = createConsumer('simulations', reactions)
