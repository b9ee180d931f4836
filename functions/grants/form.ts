/** An announcement as a plain HTML form or `curl -d` sends it. Pure. */
import { AnnounceByGrant } from '../../schemas/grant'
import { invalid, pointerOf } from '../platform/errors'

/** Throws `validation_failed`. Empty fields of a form were left out. */
export function announcementOf(form: string): AnnounceByGrant {
  const given = [...new URLSearchParams(form)].filter(([, value]) => value !== '')
  const fields = Object.fromEntries(given.map(([name, value]) => [name, name === 'bytes' ? Number(value) : value]))
  const read = AnnounceByGrant.safeParse(fields)
  if (read.success) return read.data
  throw invalid(
    read.error.issues.map(({ path, code, message }) => ({ pointer: pointerOf(path), code: String(code), message })),
  )
}
