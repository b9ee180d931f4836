/** What the doors of the SOPs stand on, for the tests of one file: the real table, and Step Functions with the real engine. */
import { ProductSopId } from '../../schemas/sop'
import { startTable, type TestTable } from './dynamodb'
import { StepFunctions } from './step-functions'

/** Started before the first test of the file, stopped after the last. */
export function sopServices(): { table: Omit<TestTable, 'stop'>; stepFunctions: StepFunctions } {
  const stepFunctions = new StepFunctions()
  let running: TestTable | undefined
  beforeAll(async () => {
    running = await startTable()
    await stepFunctions.listen(ProductSopId.options)
  })
  afterAll(async () => {
    await stepFunctions.close()
    await running?.stop()
  })
  const started = () => {
    if (!running) throw new Error('The table runs while tests run')
    return running
  }
  const table = {
    get units() {
      return started().units
    },
    reset: () => started().reset(),
    crash: (when: 'before' | 'after', others?: number) => started().crash(when, others),
    hold: () => started().hold(),
  }
  return { table, stepFunctions }
}
