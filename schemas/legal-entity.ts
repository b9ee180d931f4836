/** The legal entity that the tenant is: in whose name, with which numbers and accounts, its papers go out. */
import * as z from 'zod'
import { Currency, line, text } from './common'
import { Party } from './shipment'

const compact = (text: string) => text.replaceAll(/[\s.-]/g, '').toUpperCase()

/** ISO 7064 MOD 97-10 over the letters as numbers (A = 10), the first four signs moved to the end. */
const remainderOf = (iban: string) =>
  [...iban.slice(4), ...iban.slice(0, 4)].reduce((rest, sign) => Number(`${rest}${Number.parseInt(sign, 36)}`) % 97, 0)

const Iban = z
  .string()
  .max(60)
  .transform(compact)
  .refine((iban) => /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(iban) && remainderOf(iban) === 1, {
    message: 'expected an IBAN (ISO 13616) with its check digits',
  })
  .describe('ISO 13616; stored without spaces')

/** Party prefix, country, suffix, and for a branch three signs more. */
const Bic = z
  .string()
  .max(20)
  .transform(compact)
  .refine((bic) => /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic), {
    message: 'expected a BIC (ISO 9362) of 8 or 11 signs',
  })
  .describe('ISO 9362')

const BankAccount = z
  .strictObject({
    currency: Currency.describe('Invoices in this currency are paid here; one account a currency'),
    bank: line(120).optional().describe('Name of the bank'),
    holder: line(120).optional().describe('In whose name; the legal name when absent'),
    iban: Iban.optional(),
    bic: Bic.optional(),
    accountNumber: line(40).optional().describe('Where there is no IBAN'),
    routingNumber: line(40).optional().describe('ABA number, sort code, BSB, IFSC and the like'),
  })
  .refine(({ iban, accountNumber }) => (iban === undefined) !== (accountNumber === undefined), {
    message: 'an account has an IBAN, or else a number',
    path: ['iban'],
  })
  .refine(
    ({ accountNumber, bic, routingNumber }) => accountNumber === undefined || bic !== undefined || routingNumber,
    {
      message: 'an account number alone does not say at which bank: give routingNumber or bic',
      path: ['routingNumber'],
    },
  )
  .meta({ id: 'BankAccount' })
export type BankAccount = z.infer<typeof BankAccount>

/** Bytes of a logo, unpacked from base64. */
export const MAX_LOGO = 64 * 1024
/** Dots a side: three hundred a inch over the widest that is printed. */
export const MAX_LOGO_SIDE = 1_200

const Logo = z.strictObject({
  contentType: z.enum(['image/png', 'image/jpeg']),
  data: z
    .base64()
    .max(Math.ceil(MAX_LOGO / 3) * 4)
    .describe(`The picture, base64: at most ${MAX_LOGO / 1024} KB and ${MAX_LOGO_SIDE} dots a side`),
})
export type Logo = z.infer<typeof Logo>

const members = {
  name: Party.shape.name.describe('Legal name'),
  tradingName: line(120).optional().describe('Stands first on papers, the legal name under it'),
  address: text(300).describe('Postal address, line by line, without the country'),
  country: Party.shape.country.unwrap().describe('ISO 3166-1 alpha-2'),
  vatNumber: line(40).optional().describe('VAT identification number, or what the country has in its place'),
  eoriNumber: z
    .string()
    .regex(/^[A-Z]{2}[A-Z0-9]{1,15}$/, 'expected a country and up to 15 signs')
    .optional()
    .describe('Economic operator’s number for the customs of the EU and Great Britain'),
  registrationNumber: line(80).optional().describe('Register and number, such as HRB 1234 Hamburg'),
  phone: line(40).optional(),
  email: z.email().max(120).optional(),
  website: line(120).optional(),
  placeOfIssue: line(80).optional().describe('Stands before the date of its papers'),
  bankAccounts: z
    .array(BankAccount)
    .max(20)
    .default([])
    .superRefine((accounts, { addIssue }) => {
      for (const [index, { currency }] of accounts.entries())
        if (accounts.findIndex((account) => account.currency === currency) < index)
          addIssue({ code: 'custom', path: [index, 'currency'], message: 'another account has this currency' })
    }),
  paymentDays: z.int().min(0).max(365).default(30).describe('From the issue of an invoice until it is due'),
  invoiceText: text(600).optional().describe('Stands under its invoices: terms of business, of late payment'),
  logo: Logo.optional(),
}

/** PUT /v1/legal-entity */
export const PutLegalEntity = z.strictObject(members).meta({ id: 'PutLegalEntity' })
export type PutLegalEntity = z.infer<typeof PutLegalEntity>

export const LegalEntity = z
  .object({ ...members, changedAt: z.string().describe('UTC'), changedBy: z.string().describe('Who put it') })
  .meta({ id: 'LegalEntity' })
export type LegalEntity = z.infer<typeof LegalEntity>
