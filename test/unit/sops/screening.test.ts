import fc from 'fast-check'
import { jaroWinkler, nameWords, screen, similarity } from '../../../functions/sops/domain/screening'
import type { Party } from '../../../schemas/shipment'
import type { DeniedParty } from '../../../schemas/sop'

const party = (name: string, country?: string): Party => ({ function: 'CN', name, ...(country ? { country } : {}) })
const denied = (name: string, more: Partial<DeniedParty> = {}): DeniedParty => ({
  name,
  aliases: [],
  list: 'TEST',
  ...more,
})
const outcome = (name: string, listed: string) => screen([party(name)], [denied(listed)]).outcome

describe('screening', () => {
  it('is clear without a list', () => {
    expect(screen([party('Anybody')], [])).toEqual({ outcome: 'CLEAR', matches: [] })
  })

  it.each([
    ['Volga Shipping LLC', 'VOLGA SHIPPING'],
    ['Volga Shipping', 'Shipping, Volga (Ltd.)'],
    ['Müller & Söhne GmbH', 'Muller Sohne'],
    ['S.A. Perla', 'Perla SA'],
  ])('blocks %s for %s', (name, listed) => expect(outcome(name, listed)).toBe('BLOCKED'))

  it.each([
    ['Volga Shiping Company', 'Volga Shipping LLC'],
    ['Mohamed Al Rashid Trading', 'Mohammed Al-Rashed Trading'],
  ])('has a person look at %s for %s', (name, listed) => expect(outcome(name, listed)).toBe('REVIEW'))

  it.each([
    ['Acme Trading BV', 'Volga Shipping LLC'],
    ['Rotterdam Pumps', 'Antwerp Pipes'],
    ['Ocean Line', 'Ocean Star Bulk Carriers'],
  ])('lets %s pass for %s', (name, listed) => expect(outcome(name, listed)).toBe('CLEAR'))

  it('compares aliases, and skips parties known to be of another country', () => {
    const entry = denied('Northern Lights', { aliases: ['Volga Shipping'], country: 'RU' })
    expect(screen([party('Volga Shipping', 'RU')], [entry]).outcome).toBe('BLOCKED')
    expect(screen([party('Volga Shipping')], [entry]).outcome).toBe('BLOCKED')
    expect(screen([party('Volga Shipping', 'NL')], [entry]).outcome).toBe('CLEAR')
  })

  it('names the party, the entry, its list and the score', () => {
    const { matches } = screen([party('Volga Shipping'), party('Acme')], [denied('Volga Shipping', { list: 'EU' })])
    expect(matches).toEqual([{ party: 'Volga Shipping', listed: 'Volga Shipping (EU)', score: 1 }])
  })
})

describe('similarity', () => {
  it('agrees with published values of Jaro-Winkler', () => {
    expect(jaroWinkler('martha', 'marhta')).toBeCloseTo(0.961, 3)
    expect(jaroWinkler('dixon', 'dicksonx')).toBeCloseTo(0.813, 3)
    expect(jaroWinkler('dwayne', 'duane')).toBeCloseTo(0.84, 2)
  })

  it('is symmetric, between 0 and 1, and 1 for the same name in any case, order and legal form', () => {
    const word = fc.stringMatching(/^[a-z]{2,9}$/)
    const name = fc.array(word, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [left, right] = [a.join(' '), b.join(' ')]
        expect(similarity(left, right)).toBeCloseTo(similarity(right, left), 10)
        expect(similarity(left, right)).toBeGreaterThanOrEqual(0)
        expect(similarity(left, right)).toBeLessThanOrEqual(1 + 1e-9)
        expect(similarity(left, [...a].reverse().join(' ').toUpperCase())).toBeCloseTo(1, 10)
      }),
    )
  })

  it('keeps a name that is nothing but legal forms', () => {
    expect(nameWords('The Company')).toEqual(['the', 'company'])
  })
})
