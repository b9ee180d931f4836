export type ErrorKind = 'invalid' | 'forbidden' | 'not_found' | 'conflict' | 'stale' | 'unprocessable' | 'upstream'

export interface FieldError {
  /** JSON pointer (RFC 6901) into the request body, or `#/query/limit` and the like. */
  pointer: string
  code: string
  message: string
}

/** A rule said no. Only the edge turns the kind into a status; `code` is for programs, `message` for people. */
export class AppError extends Error {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: { errors?: FieldError[]; [extension: string]: unknown } = {},
  ) {
    super(message)
    this.name = 'AppError'
  }
}

export const notFound = (what: string) => new AppError('not_found', `${what}.not_found`, `No such ${what}`)

export const invalid = (errors: FieldError[]) =>
  new AppError('unprocessable', 'validation_failed', 'The request breaks the rules named in errors', { errors })

/** `['legs', 0, 'from']` → `/legs/0/from` */
export const pointerOf = (path: readonly PropertyKey[]) =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
