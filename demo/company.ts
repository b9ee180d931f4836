/** The invented forwarder that the demo tenant is, as its papers show it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { PutLegalEntity } from '../schemas/legal-entity'

export const forwarder = (): z.input<typeof PutLegalEntity> => ({
  name: 'Harbour & Helm Forwarding B.V.',
  tradingName: 'Harbour & Helm',
  address: 'Wijnhaven 101\n3011 WN Rotterdam',
  country: 'NL',
  vatNumber: 'NL004495445B01',
  eoriNumber: 'NL004495445',
  registrationNumber: 'KvK Rotterdam 24000001',
  phone: '+31 10 555 01 00',
  email: 'documents@harbour-helm.example',
  website: 'harbour-helm.example',
  placeOfIssue: 'Rotterdam',
  bankAccounts: [
    { currency: 'EUR', bank: 'Maasbank', iban: 'NL91 ABNA 0417 1643 00', bic: 'MAASNL2R' },
    {
      currency: 'USD',
      bank: 'Hudson Trust, New York',
      accountNumber: '4410 882 017',
      routingNumber: '026009593',
      bic: 'HUDTUS33',
    },
  ],
  paymentDays: 14,
  invoiceText: 'All business is undertaken under our general conditions, which we send on request.',
  logo: { contentType: 'image/png', data: readFileSync(join(__dirname, 'logo.png')).toString('base64') },
})
