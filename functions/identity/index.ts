import { addClaims } from './tasks'

export const tasks = addClaims
