/** Links to the pictures of what a review asks about. */
import type { Task } from '../../schemas/task'
import { cropKey } from '../documents/domain/review'
import { presignGet } from '../documents/presign'
import type { Context } from '../platform/context'
import { awsEnvironment, env } from '../platform/env'

const SECONDS = 300

/** The task with a link to each picture that was cut for it; such links end after five minutes, so none is stored. */
export function withCrops({ tenantId, now }: Pick<Context, 'tenantId' | 'now'>, task: Task): Task {
  const { review, shipmentId } = task
  if (!review?.cropped) return task
  const ids = { tenantId, shipmentId, documentId: review.documentId }
  const link = (index: number) =>
    presignGet(awsEnvironment(), {
      bucket: env('DOCUMENTS_BUCKET'),
      key: cropKey(ids, index),
      versionId: undefined,
      now,
      seconds: SECONDS,
    }).url
  const fields = review.fields.map((field, index) =>
    field.page && field.box ? { ...field, crop: link(index) } : field,
  )
  return { ...task, review: { ...review, fields } }
}
