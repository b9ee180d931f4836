/** `cdk synth`, `cdk deploy -c stage=prod --all`. */
import { App, Tags, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import * as z from 'zod'
import { AppStack } from './app-stack'
import { bundle } from './bundle'
import { DataStack } from './data-stack'
import { CONTRACTS, doorsOf, IDENTITY } from './domains'
import { STAGES } from './stage'

const Stage = z.enum(['dev', 'test', 'prod'])
const Switch = z.enum(['on', 'off'])

/** The stacks of one stage (context `stage`, `dev` when absent; `malwareScan=off` leaves the scan out), from bundles that were just built. */
export async function createApp(app = new App()): Promise<{ app: App; data: DataStack; service: AppStack }> {
  const stage = STAGES[Stage.default('dev').parse(app.node.tryGetContext('stage'))]
  const scan = Switch.default(stage.malwareScan ? 'on' : 'off').parse(app.node.tryGetContext('malwareScan'))
  const config = { ...stage, malwareScan: scan === 'on' }
  await bundle([IDENTITY, ...CONTRACTS].flatMap(doorsOf))
  const place = { account: process.env.CDK_DEPLOY_ACCOUNT, region: process.env.CDK_DEPLOY_REGION }
  const env = place.account && place.region ? { account: place.account, region: place.region } : {}
  const data = new DataStack(app, `${config.prefix}-data`, { config, env, identity: IDENTITY })
  const service = new AppStack(app, `${config.prefix}-app`, { env, data, contracts: CONTRACTS })
  Tags.of(app).add('product', 'portolan')
  Tags.of(app).add('stage', config.name)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return { app, data, service }
}

if (require.main === module) void createApp().then(({ app }) => app.synth())
