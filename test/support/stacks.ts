import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import * as z from 'zod'
import { createApp } from '../../infra/app'

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) })

/** The app as `cdk synth` makes it: with the flags of cdk.json, and with every validation as an error. */
export async function synthesize(stage = 'dev', settings: Record<string, string> = {}) {
  const { context } = CdkJson.parse(JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8')))
  const { app, data, service } = await createApp(
    new App({ context: { ...context, stage, ...settings }, analyticsReporting: false }),
  )
  app.synth()
  return { data: Template.fromStack(data), service: Template.fromStack(service) }
}

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
})
export type Resource = z.infer<typeof Resource> & { logicalId: string }

/** The resources of a type, each with its logical id. */
export const resourcesOf = (template: Template, type: string): Resource[] =>
  Object.entries(template.findResources(type)).map(([logicalId, resource]) => ({
    logicalId,
    ...Resource.parse(resource),
  }))

const Statement = z.object({
  Effect: z.string(),
  Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
})
const Policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(Statement) }),
  Roles: z.array(z.object({ Ref: z.string() })),
})

/** Every statement of every role's policy, with the logical id of the role. */
export const statementsOf = (template: Template) =>
  resourcesOf(template, 'AWS::IAM::Policy').flatMap(({ Properties }) => {
    const { PolicyDocument, Roles } = Policy.parse(Properties)
    return PolicyDocument.Statement.map(({ Effect, Action, Resource: resource, Condition }) => ({
      role: Roles.map(({ Ref }) => Ref).join(),
      effect: Effect,
      actions: Action,
      resources: Array.isArray(resource) ? resource : [resource],
      condition: Condition,
    }))
  })
