/** The time zone that a place usually keeps, by its country and, where a country has several, by where it lies in it. Pure. */

/** Countries with one zone, or with one that nearly all of its trade keeps: zone.tab of the tz database, which is public domain. */
const ONE_ZONE: Record<string, string> = {
  Africa: `
    AO Luanda, BF Ouagadougou, BI Bujumbura, BJ Porto-Novo, BW Gaborone, CF Bangui, CG Brazzaville, CI Abidjan,
    CM Douala, DJ Djibouti, DZ Algiers, EG Cairo, EH El_Aaiun, ER Asmara, ET Addis_Ababa, GA Libreville, GH
    Accra, GM Banjul, GN Conakry, GQ Malabo, GW Bissau, KE Nairobi, LR Monrovia, LS Maseru, LY Tripoli, MA
    Casablanca, ML Bamako, MR Nouakchott, MW Blantyre, MZ Maputo, NA Windhoek, NE Niamey, NG Lagos, RW Kigali,
    SD Khartoum, SL Freetown, SN Dakar, SO Mogadishu, SS Juba, ST Sao_Tome, SZ Mbabane, TD Ndjamena, TG Lome, TN
    Tunis, TZ Dar_es_Salaam, UG Kampala, ZA Johannesburg, ZM Lusaka, ZW Harare`,
  America: `
    AG Antigua, AI Anguilla, AR Argentina/Buenos_Aires, AW Aruba, BB Barbados, BL St_Barthelemy, BO La_Paz, BQ
    Kralendijk, BS Nassau, BZ Belize, CL Santiago, CO Bogota, CR Costa_Rica, CU Havana, CW Curacao, DM Dominica,
    DO Santo_Domingo, EC Guayaquil, GD Grenada, GF Cayenne, GL Nuuk, GP Guadeloupe, GT Guatemala, GY Guyana, HN
    Tegucigalpa, HT Port-au-Prince, JM Jamaica, KN St_Kitts, KY Cayman, LC St_Lucia, MF Marigot, MQ Martinique,
    MS Montserrat, NI Managua, PA Panama, PE Lima, PM Miquelon, PR Puerto_Rico, PY Asuncion, SR Paramaribo, SV
    El_Salvador, SX Lower_Princes, TC Grand_Turk, TT Port_of_Spain, UY Montevideo, VC St_Vincent, VE Caracas, VG
    Tortola, VI St_Thomas`,
  Arctic: `
    SJ Longyearbyen`,
  Asia: `
    AE Dubai, AF Kabul, AM Yerevan, AZ Baku, BD Dhaka, BH Bahrain, BN Brunei, BT Thimphu, CN Shanghai, CY
    Nicosia, GE Tbilisi, HK Hong_Kong, IL Jerusalem, IN Kolkata, IQ Baghdad, IR Tehran, JO Amman, JP Tokyo, KG
    Bishkek, KH Phnom_Penh, KP Pyongyang, KR Seoul, KW Kuwait, KZ Almaty, LA Vientiane, LB Beirut, LK Colombo,
    MM Yangon, MN Ulaanbaatar, MO Macau, MY Kuala_Lumpur, NP Kathmandu, OM Muscat, PH Manila, PK Karachi, PS
    Gaza, QA Qatar, SA Riyadh, SG Singapore, SY Damascus, TH Bangkok, TJ Dushanbe, TL Dili, TM Ashgabat, TW
    Taipei, UZ Tashkent, VN Ho_Chi_Minh, YE Aden`,
  Atlantic: `
    BM Bermuda, CV Cape_Verde, FK Stanley, FO Faroe, GS South_Georgia, IS Reykjavik, SH St_Helena`,
  Europe: `
    AD Andorra, AL Tirane, AT Vienna, AX Mariehamn, BA Sarajevo, BE Brussels, BG Sofia, BY Minsk, CH Zurich, CZ
    Prague, DE Berlin, DK Copenhagen, EE Tallinn, FI Helsinki, FR Paris, GB London, GG Guernsey, GI Gibraltar,
    GR Athens, HR Zagreb, HU Budapest, IE Dublin, IM Isle_of_Man, IT Rome, JE Jersey, LI Vaduz, LT Vilnius, LU
    Luxembourg, LV Riga, MC Monaco, MD Chisinau, ME Podgorica, MK Skopje, MT Malta, NL Amsterdam, NO Oslo, PL
    Warsaw, RO Bucharest, RS Belgrade, SE Stockholm, SI Ljubljana, SK Bratislava, SM San_Marino, TR Istanbul, UA
    Kyiv, VA Vatican`,
  Indian: `
    CC Cocos, CX Christmas, IO Chagos, KM Comoro, MG Antananarivo, MU Mauritius, MV Maldives, RE Reunion, SC
    Mahe, TF Kerguelen, YT Mayotte`,
  Pacific: `
    AS Pago_Pago, CK Rarotonga, FJ Fiji, FM Pohnpei, GU Guam, KI Tarawa, MH Majuro, MP Saipan, NC Noumea, NF
    Norfolk, NR Nauru, NU Niue, NZ Auckland, PF Tahiti, PG Port_Moresby, PN Pitcairn, PW Palau, SB Guadalcanal,
    TK Fakaofo, TO Tongatapu, TV Funafuti, VU Efate, WF Wallis, WS Apia`,
}

interface Band {
  zone: string
  /** Degrees; the first band that holds the place is taken, and the last holds all that are left. */
  eastOf?: number
  northOf?: number
}

/** Where bands are straight and borders are not, a place near one may get its neighbour's zone: the tenant's own calendar says better. */
const BANDS: Record<string, readonly Band[]> = {
  US: [
    { zone: 'America/New_York', eastOf: -85.5 },
    { zone: 'America/Chicago', eastOf: -101.5 },
    { zone: 'America/Denver', eastOf: -114.3 },
    { zone: 'America/Los_Angeles', eastOf: -129 },
    { zone: 'America/Anchorage', northOf: 50 },
    { zone: 'Pacific/Honolulu' },
  ],
  CA: [
    { zone: 'America/St_Johns', eastOf: -57 },
    { zone: 'America/Halifax', eastOf: -68 },
    { zone: 'America/Toronto', eastOf: -90 },
    { zone: 'America/Winnipeg', eastOf: -102 },
    { zone: 'America/Regina', eastOf: -110 },
    { zone: 'America/Edmonton', eastOf: -118 },
    { zone: 'America/Vancouver' },
  ],
  MX: [
    { zone: 'America/Cancun', eastOf: -88.5 },
    { zone: 'America/Mexico_City', eastOf: -105.5 },
    { zone: 'America/Mazatlan', eastOf: -114 },
    { zone: 'America/Tijuana' },
  ],
  BR: [
    { zone: 'America/Sao_Paulo', eastOf: -54 },
    { zone: 'America/Manaus', eastOf: -67 },
    { zone: 'America/Rio_Branco' },
  ],
  RU: [
    { zone: 'Asia/Kamchatka', eastOf: 156 },
    { zone: 'Asia/Magadan', eastOf: 141 },
    { zone: 'Asia/Vladivostok', eastOf: 131 },
    { zone: 'Asia/Yakutsk', eastOf: 112 },
    { zone: 'Asia/Irkutsk', eastOf: 98 },
    { zone: 'Asia/Novosibirsk', eastOf: 76 },
    { zone: 'Asia/Omsk', eastOf: 70 },
    { zone: 'Asia/Yekaterinburg', eastOf: 54 },
    { zone: 'Europe/Samara', eastOf: 48 },
    { zone: 'Europe/Moscow', eastOf: 27 },
    { zone: 'Europe/Kaliningrad' },
  ],
  AU: [
    { zone: 'Australia/Brisbane', eastOf: 141, northOf: -28.2 },
    { zone: 'Australia/Sydney', eastOf: 141 },
    { zone: 'Australia/Adelaide', eastOf: 135 },
    { zone: 'Australia/Darwin', eastOf: 129 },
    { zone: 'Australia/Perth' },
  ],
  ID: [{ zone: 'Asia/Jayapura', eastOf: 130 }, { zone: 'Asia/Makassar', eastOf: 114.8 }, { zone: 'Asia/Jakarta' }],
  ES: [{ zone: 'Europe/Madrid', eastOf: -12 }, { zone: 'Atlantic/Canary' }],
  PT: [{ zone: 'Europe/Lisbon', eastOf: -12 }, { zone: 'Atlantic/Madeira', eastOf: -20 }, { zone: 'Atlantic/Azores' }],
  CD: [{ zone: 'Africa/Lubumbashi', eastOf: 21.5 }, { zone: 'Africa/Kinshasa' }],
}

let oneZone: Map<string, string> | undefined
function zones(): Map<string, string> {
  oneZone ??= new Map(
    Object.entries(ONE_ZONE).flatMap(([area, countries]) =>
      countries.split(',').map((entry): [string, string] => {
        const [country = '', city = ''] = entry.trim().split(/\s+/)
        return [country, city === '' ? area : `${area}/${city}`]
      }),
    ),
  )
  return oneZone
}

export interface Situation {
  latitude?: number | undefined
  longitude?: number | undefined
}

/** Does the zone of a place in this country depend on where it lies? */
export const needsSituation = (country: string) => Object.hasOwn(BANDS, country)

/** IANA zone of a place; undefined where the country is unknown, or has several and it is unknown where the place lies. */
export function usualTimeZone(country: string, { latitude, longitude }: Situation = {}): string | undefined {
  const bands = BANDS[country]
  if (!bands) return zones().get(country)
  if (longitude === undefined || latitude === undefined) return undefined
  return bands.find(
    ({ eastOf, northOf }) =>
      (eastOf === undefined || longitude > eastOf) && (northOf === undefined || latitude > northOf),
  )?.zone
}
