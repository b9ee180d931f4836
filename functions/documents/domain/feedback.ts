/** What the sender of a document is told about it, as DCSA feedback elements. Values of others are not told. Pure. */
import type { DocumentRecord, Feedback } from '../../../schemas/document'
import type { Disagreement, MatrixRow } from '../../../schemas/document-matrix'
import type { Extraction } from '../../../schemas/extraction'
import type { Matrix } from '../matrix/matrix'
import { POLICIES } from '../matrix/policies'

const info = (message: string): Feedback => ({ severity: 'INFO', code: 'INFORMATIONAL_MESSAGE', message })

export function feedbackOf(
  document: DocumentRecord,
  reading: Extraction | undefined,
  matrix: Pick<Matrix, 'rows'> | undefined,
): Feedback[] {
  switch (document.status) {
    case 'AWAITING_UPLOAD':
      return [info('The file has not arrived yet')]
    case 'UPLOADED':
    case 'SCANNING':
      return [info('It has arrived and is being checked')]
    case 'REJECTED':
      return [
        {
          severity: 'ERROR',
          code: 'PROPERTY_VALUE_MUST_CHANGE',
          message: document.rejection?.reason ?? 'The document was refused',
          jsonPath: '$.document',
          property: document.rejection?.code ?? 'document',
        },
      ]
    case 'SUPERSEDED':
      return [info(`${document.supersededBy ?? 'A later document'} has taken its place`)]
    case 'NEEDS_REVIEW':
      return [info('A person will look at it')]
    case 'VERIFIED':
      return (matrix?.rows ?? []).flatMap((row) => ofRow(row, document.documentId, reading))
    default:
      return [info('It is being read')]
  }
}

const ofRow = (row: MatrixRow, documentId: string, reading: Extraction | undefined): Feedback[] =>
  row.disagreements.filter(({ sources }) => sources.includes(documentId)).map((it) => element(row, it, reading))

function element(row: MatrixRow, { severity, waiver, check }: Disagreement, reading: Extraction | undefined): Feedback {
  const fields = POLICIES.find(({ code }) => code === check)?.fields ?? []
  const index = reading?.fields.findIndex(({ field }) => fields.includes(field)) ?? -1
  const found = reading?.fields[index]
  const said = found ? `“${found.raw || found.field}” on page ${found.page}` : 'What the document says'
  return {
    severity: waiver ? 'INFO' : severity,
    code: waiver
      ? 'INFORMATIONAL_MESSAGE'
      : severity === 'ERROR'
        ? 'PROPERTY_VALUE_MUST_CHANGE'
        : 'PROPERTY_VALUE_MAY_CHANGE',
    message: `${row.describe}. ${said} differs from the rest of the shipment${waiver ? ', and was let pass' : ''}`,
    ...(found ? { jsonPath: `$.extraction.fields[${index}]`, property: found.field } : wholeOf(check)),
  }
}

/** Where no single field is meant. */
const wholeOf = (check: Disagreement['check']) =>
  check === 'line-items' ? { jsonPath: '$.extraction.lineItems', property: 'lineItems' } : { property: check }
