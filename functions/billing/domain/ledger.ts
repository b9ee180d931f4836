/** Balances are a fold of the journal, and nothing else. Pure. */
import { Account, type Journal, type LedgerBalances } from '../../../schemas/billing'

/** Sums of the entries 1 to `journals`, by account and currency. */
export interface Balances {
  journals: number
  sums: Record<string, { debit: number; credit: number }>
}

export const NO_BALANCES: Balances = { journals: 0, sums: {} }

/**
 * Folds entries in the order of their numbers and stops before the first that is missing. Numbers are gapless and each
 * is given in the transaction that writes its entry, so every entry is folded once, whoever folds and however often.
 */
export function fold(balances: Balances, journals: readonly Journal[]): Balances {
  const sums = { ...balances.sums }
  let last = balances.journals
  for (const journal of journals) {
    if (journal.sequence !== last + 1) break
    last = journal.sequence
    for (const { account, amount } of journal.postings) {
      const key = `${account} ${journal.currency}`
      const { debit, credit } = sums[key] ?? { debit: 0, credit: 0 }
      sums[key] = { debit: debit + Math.max(amount, 0), credit: credit + Math.max(-amount, 0) }
    }
  }
  return { journals: last, sums }
}

export function balancesView(balances: Balances, posted: number): LedgerBalances {
  const items = Object.entries(balances.sums)
    .map(([key, { debit, credit }]) => {
      const [account, currency = ''] = key.split(' ')
      return { account: Account.parse(account), currency, debit, credit, balance: debit - credit }
    })
    .sort((a, b) => `${a.currency} ${a.account}`.localeCompare(`${b.currency} ${b.account}`))
  const trial = new Map<string, number>()
  for (const { currency, balance } of items) trial.set(currency, (trial.get(currency) ?? 0) + balance)
  return { items, balanced: [...trial.values()].every((sum) => sum === 0), journals: balances.journals, posted }
}
