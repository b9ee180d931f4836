/** The public API as the demo speaks it: each call is told, each answer is checked against its schema. */
import * as z from 'zod'

export interface Caller {
  role: string
  /** Set for a partner. */
  organization?: string
}

export interface Api {
  /** Calls as `caller`; throws when the status is not `expect`. A `quiet` call is not told. */
  call<T extends z.ZodType>(
    caller: Caller,
    method: string,
    path: string,
    options: { body?: unknown; expect?: number; answer: T; idempotencyKey?: string; quiet?: boolean },
  ): Promise<z.output<T>>
}

const TokenAnswer = z.object({ token: z.string() })

/** Speaks to the instance at `url`. Tokens come from the instance's own issuer. */
export function connect(url: string, tenant: string, told: (line: string) => void): Api {
  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (caller: Caller) => {
    const key = JSON.stringify(caller)
    const known = tokens.get(key)
    if (known) return known
    const minted = mint(url, tenant, caller)
    tokens.set(key, minted)
    return minted
  }
  return {
    async call(caller, method, path, { body, expect = 200, answer, idempotencyKey, quiet }) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${await tokenOf(caller)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (!quiet) told(`${caller.role.padEnd(13)} ${method} ${path} → ${response.status}`)
      const text = await response.text()
      if (response.status !== expect) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
      return answer.parse(JSON.parse(text))
    },
  }
}

async function mint(url: string, tenant: string, caller: Caller): Promise<string> {
  const response = await fetch(`${url}/_local/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      tenant,
      roles: [caller.role],
      subject: `${caller.role.toLowerCase()}@demo`,
      ...(caller.organization ? { organization: caller.organization } : {}),
    }),
  })
  return TokenAnswer.parse(await response.json()).token
}

/** Asks until the answer is as wanted, or says what was last seen when the time is up. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T>,
  wanted: (seen: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (wanted(seen)) return seen
    if (Date.now() > deadline) throw new Error(`Waited ${seconds} s for ${what}; last seen: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
