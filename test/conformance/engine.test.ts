import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../engine/json'
import { validate } from '../../engine/validate'
import { judge, type Verdict } from './engine-judge'
import { files, readJson, readRecordings } from './engine-recordings'
import { summary } from './engine-report'

const data = join(process.env.PORTOLAN_DATA ?? '../shared/data', '08_asl')
const describeWithData = existsSync(data) ? describe : describe.skip

function parse(file: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

describeWithData('the engine against recordings of the real service (skipped without the data folder)', () => {
  let verdicts: Verdict[] = []
  beforeAll(async () => {
    verdicts = []
    for (const recording of readRecordings(data)) verdicts.push(await judge(recording))
  })

  it('agrees with at least 95 % of the recordings it claims, and claims most of what records an execution', () => {
    const { total, claimed, passed } = summary(verdicts)
    expect(total).toBeGreaterThan(0)
    expect(passed / claimed).toBeGreaterThanOrEqual(0.95)
    const controlPlane = verdicts.filter(({ reasons }) => /control plane|TestState/.test(reasons[0] ?? '')).length
    expect(claimed / (total - controlPlane)).toBeGreaterThan(0.8)
  })

  it('finds as many problems as statelint expects in each of its definitions', () => {
    const expected = readJson(join(data, 'statelint/expected.json'))
    for (const [file, { problems }] of Object.entries(expected as Record<string, { problems: number }>)) {
      const findings = validate(parse(join(data, 'statelint', file)) ?? null)
      expect({ file, problems: findings.length }).toEqual({ file, problems })
    }
  })

  it('tells the valid from the invalid definitions of asl-validator', () => {
    for (const file of files(join(data, 'asl_validator'), '.json')) {
      const findings = validate(parse(file) ?? null)
      expect({ file, valid: findings.length === 0 }).toEqual({ file, valid: !file.includes('/invalid-') })
    }
  })

  it('accepts published workflows, but for one that has QueryLanguage among its states and one that is not JSON', () => {
    const refused = files(join(data, 'workflows_collection'), '.json').filter((file) => {
      const definition = parse(file)
      return definition === undefined || validate(definition).length > 0
    })
    expect(refused.map((file) => file.split('/').at(-3))).toEqual([
      'sfn-iot-data-analytics-dataset',
      'shared-fallback-state-jsonata',
    ])
  })
})
