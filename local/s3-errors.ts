/** Errors and other answers of S3, in its XML. */
import { AwsError } from './service'

/** An error of S3; `details` are further elements of its XML. */
export class S3Error extends AwsError {
  constructor(
    code: string,
    message: string,
    status: number,
    readonly details: Record<string, string | number> = {},
  ) {
    super(code, message, status)
  }
}

export const accessDenied = (message = 'Access Denied') => new S3Error('AccessDenied', message, 403)

/** Text, a number, or elements by name; an array repeats the element. */
export type Xml = string | number | boolean | { [element: string]: Xml | Xml[] | undefined }

/** A document with one root element. */
export function toXml(root: string, content: Xml): string {
  const xmlns = root === 'Error' || root === 'PostResponse' ? '' : ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${inner(content)}</${root}>`
}

function inner(content: Xml): string {
  if (typeof content !== 'object') return escapeXml(String(content))
  return Object.entries(content)
    .flatMap(([name, value]) => [value ?? []].flat().map((one) => `<${name}>${inner(one)}</${name}>`))
    .join('')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\p{Cc}]/gu, (sign) => {
    return ENTITIES[sign] ?? `&#${sign.charCodeAt(0)};`
  })
}
