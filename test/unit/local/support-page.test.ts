import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { supportPage } from '../../../local/support-page'

test('docs/local-runtime.md is what the tables say: npx tsx local/cli.ts docs > docs/local-runtime.md', () => {
  expect(readFileSync(join(__dirname, '../../../docs/local-runtime.md'), 'utf8')).toBe(supportPage())
})
