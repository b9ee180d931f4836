import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Runtime } from './service'
import { readSetting, writeSetting } from './state'

const SECRET = 'step functions token secret'

/** Task tokens: which task, and a signature, so that none can be guessed and none needs a table. */
export function createTokens({ state }: Runtime) {
  const secret = readSetting(state, SECRET) ?? randomBytes(32).toString('base64url')
  writeSetting(state, SECRET, secret)
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  return {
    make(execution: number, task: number): string {
      const text = `${execution.toString(36)}.${task.toString(36)}`
      return `${text}.${sign(text)}`
    },
    read(token: string): { execution: number; task: number } | undefined {
      const [execution = '', task = '', signature = ''] = token.split('.')
      const expected = Buffer.from(sign(`${execution}.${task}`))
      const given = Buffer.from(signature)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      return { execution: Number.parseInt(execution, 36), task: Number.parseInt(task, 36) }
    },
  }
}
