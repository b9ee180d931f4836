// Cargo: fields that many kinds share, with the words the trade prints (EN, DE, FR, ES, PT, NL, IT).
import { among, type FieldSpec } from '../kind'

const CONTAINER_SHAPE =
  /(?<![A-Z0-9])([A-Z0-9|]{3}[UJZ][\s-]?[0-9OQDILZSBG]{3}[\s-]?[0-9OQDILZSBG]{3}[\s-]?\/?[0-9OQDILZSBG])(?![A-Z0-9])/

const WEIGHT_UNIT = String.raw`(?:kgs?|kgm|kilos?|mts?|tonnes?|lbs?)\b\.?`

export const containerNumber: FieldSpec = {
  field: 'containerNumber',
  type: 'container',
  many: true,
  labels: among(`
    Container No | Container Number | Container Nos | Container Seal No | Container | Containers | CNTR No |
    Containernummer | Container Nr | N° conteneur | Conteneur | Contenedor | No de contenedor | Número do contêiner
    | Numero contenitore`),
  patterns: [{ find: CONTAINER_SHAPE, confidence: 0.95 }],
  query: 'What are the container numbers?',
}

export const sealNumber: FieldSpec = {
  field: 'sealNumber',
  type: 'seal',
  many: true,
  labels: among(`
    Seal No | Seal Number | Seal Nos | Seals | Seal | Carrier Seal | Siegelnummer | Siegel Nr | Plombe | N° scellé |
    Scellé | Precinto | No de precinto | Lacre | Zegelnummer | Sigillo`),
  patterns: [
    { find: /\bseal(?:\s?(?:no|nr|number|#))?\s?[.:#/]+\s*([A-Z]{0,6}[-\s]?\d{3,10}[A-Z]?)\b/i, confidence: 0.92 },
    // "YMLU3380910\20'\YMAI715692", "MSKU1234565 / 40HC / ML-CN1234567": container, size and seal in a row.
    {
      find: /\b[A-Z]{3}[UJZ]\d{7}\s*[\\/|,]\s*\d{2}\s?['’]?\s?[A-Z]{0,3}\s*[\\/|,]\s*([A-Z]{0,6}-?\d{4,10})\b/,
      confidence: 0.9,
    },
    { find: /\b[A-Z]{3}[UJZ]\d{7}\s*[\\/]\s*([A-Z]{1,6}-?\d{4,10}|\d{5,10})\b/, confidence: 0.85 },
  ],
}

export const packageCount: FieldSpec = {
  field: 'packageCount',
  type: 'quantity',
  labels: among(`
    Total Packages | Number of Packages | Total number of containers or packages | Total No of Containers/Packages | No of Packages | No of Pkgs | Packages | Total number of packages | Total
    Cartons | Total No of Packages | Total Pkgs | Total CTNS | Grand Total Carton Qty | Total Carton Qty | Carton
    Qty | No of Cartons | No of Pieces | No of pieces RCP | Pieces | Number and kind of packages | No and kind of
    packages | Packed in | Total packed in | Number of units | Anzahl Packstücke | Packstücke | Anzahl der
    Packstücke | Anzahl Colli | Colli | Nombre de colis | Colis | Número de bultos | Bultos | Total bultos |
    Quantidade de volumes | Volumes | Aantal colli | Numero colli | Total Packages Received | Package count | Total
    quantity of packages`),
  patterns: [
    { find: /\b(?:s\.?\s?t\.?\s?c\.?|said to contain:?)\s*([\d.,]+\s*[A-Z]+)\b/i, confidence: 0.9 },
    {
      find: /\btotal\W{1,3}([\d.,]+\s*(?:packages|pkgs|cartons?|ctns|pallets|bags|cases|drums|bales|boxes)(?:\(s\))?)/i,
      confidence: 0.9,
    },
    {
      find: /^([\d.,]+\s*(?:packages|pkgs|cartons?|ctns|pallets|bags|cases|drums|bales|boxes)(?:\(s\))?)\b/i,
      confidence: 0.62,
    },
  ],
  query: 'How many packages are there?',
}

export const grossWeight: FieldSpec = {
  field: 'grossWeight',
  type: 'weight',
  labels: among(`
    Gross Weight | Total Gross Weight | Gross Mass Total | Total Gross Mass | Gross kg | Gross Wt | G/W | GW | G.W. | Gr. Weight | Grand Total Gr Weight | Grand
    Total Gross Weight | Total Weight | Gross Mass | Gross | Cargo Weight | Total G.W. | Bruttogewicht | Rohgewicht
    | Gesamtgewicht | Gewicht brutto | Poids brut | Poids total | Peso bruto | Peso bruto total | Peso total |
    Brutogewicht | Bruto gewicht | Peso lordo`),
  patterns: [
    {
      find: new RegExp(
        String.raw`\b(?:gross|brutto|bruto|brut|lordo|g\.?\/?w\.?|gr\.?)\s*(?:weight|wt|mass)?\s*[:=]?\s*([\d.,]+\s*${WEIGHT_UNIT})`,
        'i',
      ),
      confidence: 0.9,
    },
  ],
  query: 'What is the total gross weight?',
}

export const netWeight: FieldSpec = {
  field: 'netWeight',
  type: 'weight',
  labels: among(`
    Net Weight | Total Net Weight | Net kg | Net Wt | N/W | NW | N.W. | Grand Total Net Weight | Total N.W. | Net | Net Mass
    | Nettogewicht | Reingewicht | Eigengewicht | Eigenmasse | Poids net | Peso neto | Peso líquido | Netto gewicht
    | Peso netto`),
  patterns: [
    {
      find: new RegExp(
        String.raw`\b(?:net|netto|neto|n\.?\/?w\.?)\s*(?:weight|wt|mass)?\s*[:=]?\s*([\d.,]+\s*${WEIGHT_UNIT})`,
        'i',
      ),
      confidence: 0.88,
    },
  ],
  query: 'What is the total net weight?',
}

export const volume: FieldSpec = {
  field: 'volume',
  type: 'volume',
  labels: among(`
    Measurement | Measurements | Volume | Total Volume | CBM | Total CBM | Grand Total CBM | Cube |
    Volume/Measurements | Cubic Meters | Total Measurement | M3 | Maß | Maße | Volumen | Rauminhalt | Cubage |
    Encombrement | Volumen total | Cubagem | Medidas | Afmetingen | Cubatura`),
  patterns: [{ find: /(?<![\d.,])([\d.,]+\s*(?:cbm|m3|m³))(?![a-z])/i, confidence: 0.6 }],
  query: 'What is the total volume in cubic metres?',
}

export const hsCode: FieldSpec = {
  field: 'hsCode',
  type: 'hsCode',
  many: true,
  labels: among(`
    HS Code | H.S. Code | HS | HS No | HTS | HTS Code | HTSUS No | Tariff Code | Tariff No | Tariff Number |
    Commodity Code | Harmonized Code | Schedule B | Customs tariff number | Zolltarifnummer | Warennummer |
    Statistische Warennummer | Code SH | Code douanier | Nomenclature douanière | Partida arancelaria | Código
    arancelario | Fracción arancelaria | NCM | Código NCM | GN-code | Goederencode | Codice doganale | Voce doganale
    | TARIC`),
  patterns: [
    {
      find: /\b(?:h\.?s\.?|hts|hsn?|ncm|tariff)\s*(?:code|no|number|codes)?\s*[.:#]*\s*(\d{4}[.\s]?\d{2}(?:[.\s]?\d{2}){0,2})(?!\d)/i,
      confidence: 0.95,
    },
  ],
}

export const countryOfOrigin: FieldSpec = {
  field: 'countryOfOrigin',
  type: 'country',
  labels: among(`
    Country of Origin | Country of origin of goods | Country origin code | Origin | Country of Manufacture | Made in | Goods of origin |
    Origin Country | Ursprungsland | Ursprung | Pays d'origine | Origine | País de origen | Origen | País de origem
    | Origem | Land van oorsprong | Paese di origine`),
  patterns: [{ find: /\bmade in\s+(\p{Lu}[\p{L}\s]{2,20})$/iu, confidence: 0.75 }],
}

export const marks: FieldSpec = {
  field: 'marks',
  type: 'phrase',
  labels: among(`
    Marks | Marks and Numbers | Marks and Nos | Marks Nos | Shipping Marks | Shipping Mark | Case Marks | Mark and
    Numbers | Markierung | Zeichen und Nummern | Marques et numéros | Marcas y números | Marcas | Marcas e números |
    Merken en nummers | Marche e numeri`),
}

export const descriptionOfGoods: FieldSpec = {
  field: 'descriptionOfGoods',
  type: 'phrase',
  labels: among(`
    Description of Goods | Description of Packages and Goods | Nature and Quantity of Goods | Cargo Description |
    Goods Description | Description of cargo | Commodity | Commodity Description | Said to contain |
    Warenbezeichnung | Bezeichnung der Ware | Désignation des marchandises | Nature de la marchandise | Descripción
    de la mercancía | Descrição da mercadoria | Omschrijving der goederen | Descrizione della merce`),
}

export const totalQuantity: FieldSpec = {
  field: 'totalQuantity',
  type: 'quantity',
  labels: among(`
    Total Quantity | Grand Total Qty | Grand Total Quantity | Total Qty | Total Pieces | Total Pcs | Total Units | Total Pcs/Sets | Gesamtmenge | Quantité totale | Cantidad total |
    Quantidade total | Totaal aantal | Quantità totale`),
}
