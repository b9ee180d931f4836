/** What each access of a contract means in IAM and in environment variables. Nothing else grants a function anything. */
import { Arn, ArnFormat, type Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import * as z from 'zod'
import type { env } from '../../functions/platform/env'
import type { Access } from '../../functions/platform/route'
import { documentsBucketName, machineArn, machineName, type Platform, type TextractNotice } from './platform'

type Variable = Parameters<typeof env>[0]

export interface Grant {
  statements: PolicyStatement[]
  environment: Partial<Record<Variable, string>>
  /** cdk-nag findings that the access can't avoid, with why. */
  exceptions: { id: string; reason: string }[]
}

/** What grants refer to, beside the platform. */
export interface GrantTargets extends Platform {
  stack: Stack
  /** Ids of the SOPs: names of their definitions. */
  sops: readonly string[]
  /** All processes: SOPs and the others. */
  processes: readonly string[]
  /** Absent where no function may reach Textract. */
  textract?: TextractNotice
}

const statement = (resources: string[], ...actions: string[]) => new PolicyStatement({ actions, resources })

const INDEX = 'gsi1'

function table({ table: { tableArn, tableName } }: GrantTargets, ...writes: string[]): Grant {
  return {
    statements: [
      statement([tableArn], 'dynamodb:GetItem', 'dynamodb:BatchGetItem', ...writes),
      statement([tableArn, `${tableArn}/index/${INDEX}`], 'dynamodb:Query'),
    ],
    environment: { TABLE_NAME: tableName },
    exceptions: [],
  }
}

function documents({ documents: { bucketName }, config, stack }: GrantTargets, ...actions: string[]): Grant {
  const objects = Arn.format(
    { service: 's3', region: '', account: '', resource: `${documentsBucketName(config)}/*` },
    stack,
  )
  return {
    statements: [statement([objects], ...actions)],
    environment: { DOCUMENTS_BUCKET: bucketName },
    exceptions: [wildcard(objects, 'Objects of the one documents bucket; their keys are made at run time.', stack)],
  }
}

/** What a scanner has written on an upload, and whether there is one. */
function scans(targets: GrantTargets): Grant {
  const { environment, ...read } = documents(targets, 's3:GetObjectTagging', 's3:GetObjectVersionTagging')
  const scanned = targets.config.malwareScan
  return {
    ...read,
    statements: scanned ? read.statements : [],
    environment: { ...environment, MALWARE_SCAN: scanned ? 'ON' : 'OFF' },
  }
}

/** The finding that cdk-nag makes of a resource with a wildcard: it spells pseudo parameters in angle brackets. */
export function wildcard(resource: string, reason: string, stack: Stack): Grant['exceptions'][number] {
  const joined = z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.union([z.string(), Reference]))]) })
  const [, parts] = joined.parse(stack.resolve(resource))['Fn::Join']
  return { id: `AwsSolutions-IAM5[Resource::${parts.join('')}]`, reason }
}
const Reference = z.object({ Ref: z.string() }).transform(({ Ref }) => `<${Ref}>`)

/** A version or alias is authorized by the ARN of its machine, an execution by its own. */
function executions(targets: GrantTargets, machineActions: string[], executionActions: string[]): Grant {
  const { stack, sops } = targets
  const runs = sops.map((sop) => executionsArn(targets, sop))
  return {
    statements: [
      ...(machineActions.length === 0
        ? []
        : [
            statement(
              sopMachines(targets).map(([, arn]) => arn),
              ...machineActions,
            ),
          ]),
      statement(runs, ...executionActions),
    ],
    environment: { SOP_MACHINES: JSON.stringify(Object.fromEntries(sopMachines(targets))) },
    exceptions: runs.map((run) =>
      wildcard(run, 'Executions of one named machine; each is named when it starts.', stack),
    ),
  }
}

/** Definitions of SOPs, of all versions. */
const definitions = (targets: GrantTargets): Grant => ({
  statements: [
    statement(
      sopMachines(targets).map(([, arn]) => arn),
      'states:DescribeStateMachine',
    ),
  ],
  environment: { SOP_MACHINES: JSON.stringify(Object.fromEntries(sopMachines(targets))) },
  exceptions: [],
})

const sopMachines = ({ config, stack, sops }: GrantTargets): [sop: string, arn: string][] =>
  sops.map((sop) => [sop, machineArn(stack, config, sop)])

const executionsArn = ({ config, stack }: GrantTargets, process: string) =>
  Arn.format(
    {
      service: 'states',
      resource: 'execution',
      resourceName: `${machineName(config, process)}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    stack,
  )

function textract({ textract: notice }: GrantTargets): Grant {
  if (!notice) throw new Error('This stack offers no Textract')
  const calls = ['AnalyzeDocument', 'AnalyzeExpense', 'DetectDocumentText']
  const jobs = ['DocumentAnalysis', 'DocumentTextDetection', 'ExpenseAnalysis']
  return {
    statements: [
      statement(
        ['*'],
        ...calls.map((call) => `textract:${call}`),
        ...jobs.flatMap((job) => [`textract:Start${job}`, `textract:Get${job}`]),
      ),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [notice.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'textract.amazonaws.com' } },
      }),
    ],
    environment: { TEXTRACT_TOPIC_ARN: notice.topic.topicArn, TEXTRACT_ROLE_ARN: notice.role.roleArn },
    exceptions: [
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Textract has no resources to restrict its calls to.' },
    ],
  }
}

const GRANTS: Record<Access, (targets: GrantTargets) => Grant> = {
  'table:read': (targets) => table(targets),
  'table:write': (targets) =>
    table(targets, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'),
  'documents:read': (targets) => documents(targets, 's3:GetObject', 's3:GetObjectVersion'),
  'documents:write': (targets) => documents(targets, 's3:PutObject'),
  'scans:read': (targets) => scans(targets),
  'definitions:read': (targets) => definitions(targets),
  'executions:start': (targets) =>
    executions(
      targets,
      ['states:StartExecution', 'states:DescribeStateMachineAlias', 'states:DescribeStateMachine'],
      ['states:DescribeExecution'],
    ),
  'executions:supervise': (targets) =>
    executions(targets, [], ['states:DescribeExecution', 'states:GetExecutionHistory', 'states:StopExecution']),
  'executions:manage': (targets) =>
    executions(
      targets,
      [
        'states:UpdateStateMachine',
        'states:PublishStateMachineVersion',
        'states:ListStateMachineVersions',
        'states:UpdateStateMachineAlias',
        'states:DescribeStateMachineAlias',
        'states:DescribeStateMachine',
        'states:StartExecution',
      ],
      ['states:DescribeExecution', 'states:StopExecution'],
    ),
  'tokens:answer': ({ stack, config, processes }) => ({
    statements: [
      statement(
        processes.map((process) => machineArn(stack, config, process)),
        'states:SendTaskSuccess',
        'states:SendTaskFailure',
        'states:SendTaskHeartbeat',
      ),
    ],
    environment: {},
    exceptions: [],
  }),
  'textract:read': textract,
}

/** Statements and variables of one access. An access to machines grants nothing while there are none. */
export const grantOf = (access: Access, targets: GrantTargets): Grant => {
  const { statements, ...grant } = GRANTS[access](targets)
  return { ...grant, statements: statements.filter(({ resources }) => resources.length > 0) }
}
