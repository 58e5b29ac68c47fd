/**
 * Latin letters with a stroke, a hook or a ligature, behind what they are typed as where a keyboard lacks them. Unicode
 * does not take them apart as it does é.
 * Source: Unicode CLDR, https://github.com/unicode-org/cldr/blob/main/common/transforms/Latin-ASCII.xml
 */
const spellings = [
  'a:ⱥ ae:æ b:ƀɓƃ c:ȼƈ d:đðɖɗƌ e:ɇɛ f:ƒ g:ǥɠ h:ħⱨ hv:ƕ i:ıɨ j:ɉ k:ƙⱪ l:łƚⱡ n:ŋɲƞ o:øɔ oe:œ oi:ƣ p:ƥᵽ q:ĸ r:ɍɽ ss:ß',
  't:ŧⱦƭʈ th:þ u:ʉ v:ʋ w:ⱳ y:ɏƴ z:ƶȥⱬ',
].join(' ')

/** Arabic letters of other keyboards, such as the Persian one, and ya without its dots. */
const arabicLetters = [
  ['ک', 'ك'],
  ['ی', 'ي'],
  ['ى', 'ي'],
] as const

const plainLetters = readSpellings()

/** By letter, small and capital. */
function readSpellings(): ReadonlyMap<string, string> {
  const plain = new Map<string, string>([['ẞ', 'SS'], ...arabicLetters])
  for (const entry of spellings.split(' ')) {
    const [spelling = '', letters = ''] = entry.split(':')
    for (const letter of letters) {
      plain.set(letter, spelling)
      const capital = letter.toUpperCase()
      // Some have no capital, or one that is plain already.
      if (/^\P{ASCII}$/u.test(capital) && capital !== letter) plain.set(capital, spelling.toUpperCase())
    }
  }
  return plain
}

/**
 * Marks that people leave out when they type: accents of Latin, Greek and Cyrillic letters, and the vowel points and
 * hamzas of Arabic and Hebrew, and the stroke that draws Arabic words wider, and the dot of ŀ, which stands alone once that is taken apart. Not those that make another
 * letter, as in Japanese and the scripts of India.
 */
const accents = /(?![\u3099\u309a])(?=[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}])\p{Mn}|[·\u0640]/gu

/** A text in plain letters: without accents, strokes, hooks and ligatures. Its case stays. */
export function withoutAccents(text: string): string {
  const letters = text.normalize('NFKD').replace(accents, '')
  return letters.replace(/\P{ASCII}/gu, letter => plainLetters.get(letter) ?? letter).normalize('NFC')
}
