/** The typeface of printed papers: Noto Sans (OFL), which has Latin with all its accents, Greek and Cyrillic. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fontkit, { type Font, type Subset } from '@pdf-lib/fontkit'
import type { PDFDocument, PDFFont } from 'pdf-lib'

/** Beside the bundle, where the build puts it; in its package, where there is no bundle. */
function packageFile(specifier: string): string {
  const beside = join(__dirname, basename(specifier))
  return existsSync(beside) ? beside : require.resolve(specifier)
}

export interface Typeface {
  font: PDFFont
  bold: PDFFont
  /** The text as it can be printed; what it has no sign for is written without accents, or as `?`. */
  printable: (text: string) => string
}

/** Only the signs that are used go into the document. */
export async function embedTypeface(document: PDFDocument): Promise<Typeface> {
  document.registerFontkit({ create: (bytes) => withWholeOffsets(fontkit.create(bytes)) })
  const [regular, heavy] = [
    packageFile('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
    packageFile('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'),
  ].map((path) => readFileSync(path)) as [Buffer, Buffer]
  const font = await document.embedFont(regular, { subset: true, features: NO_LIGATURES })
  const bold = await document.embedFont(heavy, { subset: true, features: NO_LIGATURES })
  const known = new Set(font.getCharacterSet())
  return { font, bold, printable: (text) => printableWith((sign) => known.has(sign.codePointAt(0) ?? 0), text) }
}

/** So that each letter can be found and copied from the paper. */
const NO_LIGATURES = { liga: false, clig: false, kern: false }

const SIGNS: Record<string, string> = { '≤': '<=', '≥': '>=', '\u00a0': ' ', '\t': ' ' }

/** `has` says of one sign whether the typeface has it. */
export const printableWith = (has: (sign: string) => boolean, text: string): string =>
  [...text.normalize('NFC')]
    .map((sign) => SIGNS[sign] ?? sign)
    .map((sign) =>
      sign === '\n' || [...sign].every(has)
        ? sign
        : sign
            .normalize('NFKD')
            .replaceAll(/\p{M}/gu, '')
            .replaceAll(/./gu, (plain) => (has(plain) ? plain : '?')) || '?',
    )
    .join('')

/** What fontkit has in its hands while it writes a subset. */
interface Writing extends Subset {
  loca: { version?: number }
  _addGlyph(glyph: number): number
}

const isWriting = (subset: Subset): subset is Writing => '_addGlyph' in subset

/**
 * In small subsets fontkit halves the offsets of glyphs, but sees to it that none is odd as little as the typeface does: glyphs would
 * be lost. 1 is the version of the table that keeps whole offsets.
 */
function withWholeOffsets(font: Font): Font {
  const createSubset = font.createSubset.bind(font)
  font.createSubset = () => {
    const subset = createSubset()
    if (!isWriting(subset)) throw new TypeError('fontkit writes subsets in another way')
    const add = subset._addGlyph.bind(subset)
    subset._addGlyph = (glyph) => {
      subset.loca.version = 1
      return add(glyph)
    }
    return subset
  }
  return font
}
