import type { FieldType } from '../kinds/kind'
import {
  readAirWaybillNumber,
  readContainer,
  readCurrency,
  readFreightTerms,
  readHazardClass,
  readHsCode,
  readIdentifier,
  readIncoterm,
  readPackingGroup,
  readSeal,
  readUnNumber,
  readVessel,
  readVoyage,
} from './read-codes'
import { readCountry, readName, readParty, readPhrase, readPlace, readText } from './read-names'
import {
  readCount,
  readDate,
  readMoney,
  readQuantity,
  readTemperature,
  readUnitPrice,
  readVolume,
  readWeight,
} from './read-numbers'
import type { Reader } from './reading'

/** How each type of field is understood. */
export const READERS: Readonly<Record<FieldType, Reader>> = {
  identifier: readIdentifier,
  airWaybillNumber: readAirWaybillNumber,
  container: readContainer,
  seal: readSeal,
  vessel: readVessel,
  voyage: readVoyage,
  party: readParty,
  name: readName,
  place: readPlace,
  country: readCountry,
  date: readDate,
  weight: readWeight,
  volume: readVolume,
  quantity: readQuantity,
  count: readCount,
  money: readMoney,
  unitPrice: readUnitPrice,
  currency: readCurrency,
  incoterm: readIncoterm,
  freightTerms: readFreightTerms,
  hsCode: readHsCode,
  unNumber: readUnNumber,
  hazardClass: readHazardClass,
  packingGroup: readPackingGroup,
  temperature: readTemperature,
  text: readText,
  phrase: readPhrase,
}

/** Types whose value runs over several lines. */
export const MULTILINE: ReadonlySet<FieldType> = new Set(['party', 'phrase'])
