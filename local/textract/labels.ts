/** What reads like the label of a field rather than its content. */

const HEADS =
  'no|nos|number|numbers|num|nr|date|name|address|port|place|vessel|voyage|flight|weight|wt|measurement|volume|cbm|quantity|qty|total|subtotal|amount|consignee|consignor|shipper|exporter|importer|seller|buyer|vendor|supplier|customer|notify|party|carrier|agent|forwarder|terms|term|incoterms?|container|containers|seal|seals|marks|description|packages|pieces|currency|country|origin|destination|reference|references|ref|order|invoice|booking|b/?l|bill|lading|code|tel|telephone|phone|fax|e-?mail|vat|tax|gst|eori|due|balance|bank|iban|swift|bic|account|signature|signed|by|freight|price|rate|discount|delivery|receipt|loading|discharge|departure|arrival|etd|eta|mode|method|payment|shipment|ship|truck|driver|carriage|original|originals|issue|issued|from|to|page|status|type|id|sku|hs|value|city|state|zip|postcode|contact|attention|attn|remarks|notes|instructions|insurance|charges|declaration|mass|method|company|signatory|authorized|authorised|agents|weighing|slip|plate|mawb|hawb|awb|pod|pol|po'

const LABEL_WORD = new RegExp(`^(?:${HEADS})[.:#]*$`, 'i')
/** Words that may stand between the telling words of a label. */
const FILLER =
  /^(?:of|the|and|&|\/|-|for|in|on|at|a|an|or|your|our|\(?s\)?|gross|net|tare|final|pre|also|ocean|export|import|customs|issuing|shipped|document|bank|unit|sub|grand|purchase|commercial|packing|sales|due|gross|customer|company|house|master|purpose|valid|until|effective|pick|up|pickup|pre-carriage|on-carriage|first|second|line|item|items|inland|marine|dangerous|goods)$/i

/** A label is short, says a label's word, and carries no figures of its own. */
export function isLabel(text: string): boolean {
  const words = text
    .replace(/\([^)]*\)/g, '')
    .replace(/[:#.\s]+$/, '')
    .split(/\s+/)
  if (words[0] === '' || words.length > 7 || text.length > 64) return false
  if (/\d{2,}/.test(text.replace(/^incoterms?\W*20\d\d/i, ''))) return false
  const plain = words.map((word) => word.replace(/^[("']+|[)"',;:]+$|'s$/g, ''))
  return (
    plain.some((word) => LABEL_WORD.test(word)) &&
    plain.filter((word) => !LABEL_WORD.test(word) && !FILLER.test(word)).length <= 1
  )
}
