import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage'
import type { TextractNotice } from './platform'

/** The topic on which Textract says that an asynchronous analysis is done. */
export class TextractTopic extends Construct implements TextractNotice {
  readonly topic: Topic
  readonly role: Role

  constructor(scope: Construct, id: string, config: StageConfig) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { topicName: `${config.prefix}-textract`, enforceSSL: true })
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('textract.amazonaws.com') })
    this.role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [this.topic.topicArn] }))
  }
}
