/** Above, through and below a letter, as generators of "Zalgo" text use them. */
const above =
  '\u030d\u030e\u0304\u0305\u033f\u0311\u0306\u0310\u0352\u0357\u0351\u0307\u0308\u030a\u0342\u0343\u0344\u034a'
const through = '\u0315\u031b\u0340\u0341\u0358\u0321\u0322\u0327\u0328\u0334\u0335\u0336\u034f\u035c\u035d\u035e\u035f'
const below =
  '\u0316\u0317\u0318\u0319\u031c\u031d\u031e\u031f\u0320\u0324\u0325\u0326\u0329\u032a\u032b\u032c\u032d\u032e'

const pile = (letter: string, marks: string, count: number): string =>
  letter + Array.from({ length: count }, (_, n) => marks[n % marks.length]).join('')

/** Texts with so many marks upon letters that they would be painted far outside of their line. By kind. */
export const piledMarks: Readonly<Record<string, string>> = {
  'marks above': pile('a', above, 300),
  'marks below': pile('a', below, 300),
  'marks through a letter': pile('a', through, 300),
  'a word with marks everywhere': [...'zalgo'].map(letter => pile(letter, above + through + below, 150)).join(''),
  'one mark again and again': pile('e', '\u0301', 400),
  'marks on a space': pile('\u00a0', above, 200),
  'several lines': Array.from({ length: 3 }, () => pile('x', above + below, 120)).join('\n'),
  'Thai tone marks': pile('ก', '\u0e49', 200),
  'Thai vowels above and below': pile('ก', '\u0e47\u0e38\u0e49', 200),
  'Arabic vowel points': pile('ب', '\u064b\u064c\u0650\u0651', 200),
  'Hebrew points': pile('ש', '\u0591\u0592\u05b0\u05b4', 200),
  'Tibetan stacks': pile('ཀ', '\u0f71\u0f72\u0f90', 200),
  'Devanagari marks': pile('क', '\u0951\u0952\u0900', 200),
  'marks around a letter': pile('a', '\u20dd\u20de\u20e3', 100),
  'marks in an address': `https://example.com/${pile('a', above, 200)}`,
  'marks on an emoji': pile('😀', above, 200),
  'marks between directions': `\u202e${pile('a', above + below, 100)}`,
}
