/** The AWS services of the intake. */
import { GetObjectCommand, GetObjectTaggingCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn'
import {
  AnalyzeDocumentCommand,
  type AnalyzeDocumentCommandOutput,
  type FeatureType,
  GetDocumentAnalysisCommand,
  type GetDocumentAnalysisCommandOutput,
  StartDocumentAnalysisCommand,
  TextractClient,
} from '@aws-sdk/client-textract'
import { env } from '../platform/env'
import { VERDICTS, type Verdict } from './domain/arrival'

const s3 = new S3Client({})
const textract = new TextractClient({})
const states = new SFNClient({})

export async function readObject(key: string, versionId: string): Promise<Uint8Array> {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: env('DOCUMENTS_BUCKET'), Key: key, VersionId: versionId }),
  )
  if (!Body) throw new Error(`${key} has no content`)
  return Body.transformToByteArray()
}

export async function writeObject(key: string, contentType: string, bytes: Uint8Array): Promise<void> {
  await s3.send(
    new PutObjectCommand({ Bucket: env('DOCUMENTS_BUCKET'), Key: key, ContentType: contentType, Body: bytes }),
  )
}

/** The tag by which GuardDuty marks what it has scanned (user guide, "Using tags on scanned objects"). */
const VERDICT_TAG = 'GuardDutyMalwareScanStatus'

/** What the scanner has written on a version of an object; undefined before that. */
export async function verdictOn(key: string, versionId: string): Promise<Verdict | undefined> {
  const { TagSet = [] } = await s3.send(
    new GetObjectTaggingCommand({ Bucket: env('DOCUMENTS_BUCKET'), Key: key, VersionId: versionId }),
  )
  const said = TagSet.find(({ Key }) => Key === VERDICT_TAG)?.Value
  return VERDICTS.find((verdict) => verdict === said)
}

const FEATURES = ['FORMS', 'TABLES'] satisfies FeatureType[]

/** Textract refuses the file itself: no other try will read it. */
export class Unreadable extends Error {
  override readonly name = 'Document.Unreadable'
}

const REFUSALS = ['BadDocumentException', 'DocumentTooLargeException', 'UnsupportedDocumentException']

/** Reads a picture at once. Throws Unreadable where Textract can't. */
export async function readNow(key: string, versionId: string): Promise<AnalyzeDocumentCommandOutput> {
  const Document = { S3Object: { Bucket: env('DOCUMENTS_BUCKET'), Name: key, Version: versionId } }
  try {
    return await textract.send(new AnalyzeDocumentCommand({ Document, FeatureTypes: FEATURES }))
  } catch (error) {
    throw error instanceof Error && REFUSALS.includes(error.name) ? new Unreadable(error.message) : error
  }
}

/** Starts the reading of a document, or finds the one that was started for it. Answers its job id. */
export async function startReading(key: string, versionId: string, documentId: string): Promise<string> {
  const { JobId } = await textract.send(
    new StartDocumentAnalysisCommand({
      ClientRequestToken: documentId,
      JobTag: documentId,
      DocumentLocation: { S3Object: { Bucket: env('DOCUMENTS_BUCKET'), Name: key, Version: versionId } },
      FeatureTypes: FEATURES,
      NotificationChannel: { SNSTopicArn: env('TEXTRACT_TOPIC_ARN'), RoleArn: env('TEXTRACT_ROLE_ARN') },
    }),
  )
  if (!JobId) throw new Error('Textract gave no job id')
  return JobId
}

export async function readingStatus(jobId: string): Promise<string | undefined> {
  return (await textract.send(new GetDocumentAnalysisCommand({ JobId: jobId, MaxResults: 1 }))).JobStatus
}

/** All pages of an answer, in order. */
export async function readingOf(jobId: string): Promise<GetDocumentAnalysisCommandOutput[]> {
  const answers: GetDocumentAnalysisCommandOutput[] = []
  let next: string | undefined
  do {
    const answer = await textract.send(new GetDocumentAnalysisCommand({ JobId: jobId, NextToken: next }))
    answers.push(answer)
    next = answer.NextToken
  } while (next)
  return answers
}

/** What a waiting intake is told: what it goes on with, or the error that it ends with. */
export type Outcome = { output: object } | { error: string; cause: string }

/** Lets the waiting intake go on. A token that was answered or has timed out is nobody's any more. */
export async function answerToken(token: string, outcome: Outcome): Promise<void> {
  try {
    if ('output' in outcome)
      await states.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(outcome.output) }))
    else await states.send(new SendTaskFailureCommand({ taskToken: token, ...outcome }))
  } catch (error) {
    if (!(error instanceof Error && ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'].includes(error.name)))
      throw error
  }
}
