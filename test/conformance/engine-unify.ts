import { isObject, type Json } from '../../engine/json'

/** The recorder replaced values that change from run to run; those match anything. */
function isMask(value: string, key: string | undefined): boolean {
  if (/^(date|datetime|timestamp|generated-uuid|s[fn][fn]_role_arn|(start|entered|stop|end)-(time|date))$/.test(value))
    return true
  if (/^[a-zA-Z]+EventDetails\.[a-zA-Z]+$/.test(value)) return true
  return key !== undefined && (value === key || value === kebab(key)) && value.length > 2
}

const kebab = (key: string) => key.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()

/** Does a value fit what was recorded? Texts that are JSON are compared as JSON. */
export function unify(expected: Json | undefined, actual: Json | undefined, key?: string): boolean {
  if (typeof expected === 'string') return unifyText(expected, actual, key)
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => unify(item, actual[index], key))
    )
  }
  if (isObject(expected)) return unifyObject(expected, actual)
  return expected === actual || (expected === undefined && actual === undefined)
}

function unifyObject(expected: { [key: string]: Json }, actual: Json | undefined): boolean {
  const other = typeof actual === 'string' ? parsed(actual) : actual
  if (!isObject(other)) return false
  const keys = Object.keys(expected)
  // Recordings from before redrive was offered lack its count.
  const later = 'RedriveCount' in other && !('RedriveCount' in expected) ? 1 : 0
  return (
    keys.length === Object.keys(other).length - later &&
    keys.every((key) => key in other && unify(expected[key], other[key], key))
  )
}

function unifyText(expected: string, actual: Json | undefined, key: string | undefined): boolean {
  if (expected === actual || isMask(expected, key)) return true
  if (typeof actual !== 'string') return false
  const masked = /<[^<>]+>/.test(expected)
  if (masked && new RegExp(`^${pattern(expected)}$`, 's').test(actual)) return true
  const value = parsed(expected)
  return isObject(value) && unify(value, parsed(actual), key)
}

function pattern(masked: string): string {
  return masked.replace(/<<?[^<>]+>(?::\d+>)?|[.*+?^${}()|[\]\\]/g, (token) =>
    token.startsWith('<') ? '.*' : `\\${token}`,
  )
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether two lists fit each other in some order. */
export function unifyBag(expected: Json[], actual: Json[]): boolean {
  const left = [...actual]
  return (
    expected.length === actual.length &&
    expected.every((item) => {
      const at = left.findIndex((candidate) => unify(item, candidate))
      if (at >= 0) left.splice(at, 1)
      return at >= 0
    })
  )
}
