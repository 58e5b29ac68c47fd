/** What somebody typed, the name that they meant, and which letters differ. */
export const sameButForAccents = [
  ['jose', 'José', 'Spanish'],
  ['muller', 'Müller', 'German'],
  ['strasse', 'Straße', 'German sharp s'],
  ['STRAẞE', 'strasse', 'German capital sharp s'],
  ['ibrahim', 'İbrahim', 'Turkish dotted I'],
  ['isil', 'Işıl', 'Turkish dotless i'],
  ['lukasz', 'Łukasz', 'Polish'],
  ['zazolc', 'ZAŻÓŁĆ', 'Polish capitals'],
  ['soren', 'Søren', 'Danish'],
  ['aegir', 'Ægir', 'Icelandic ligature'],
  ['thordur', 'Þórður', 'Icelandic'],
  ['dorde', 'Đorđe', 'Croatian'],
  ['nguyen', 'Nguyễn', 'Vietnamese, two accents on a letter'],
  ['dang-uong', 'Đặng-Ưông', 'Vietnamese'],
  ['oeuvre', 'Œuvre', 'French ligature'],
  ['hamrun', 'Ħamrun', 'Maltese'],
  ['gallia', 'Gaŀlia', 'Catalan'],
  ['bature', 'Ɓature', 'Hausa hook'],
  ['jose', 'jose\u0301', 'an accent of its own code point'],
  ['JOSE\u0301', 'jos\u00e9', 'an accent typed as a code point of its own'],
  ['o\u0338ystein', '\u00f8ystein', 'a stroke of its own code point'],
  ['l\u0335ukasz', '\u0142ukasz', 'another stroke of its own code point'],
  ['José', 'jose', 'accents that only the asker types'],
  ['ｊｏｓé', 'jose', 'full width'],
  ['елка', 'Ёлка', 'Russian'],
  ['αννα', 'Άννα', 'Greek'],
  ['احمد', 'أحمد', 'Arabic hamza'],
  ['محمد', 'مُحَمَّد', 'Arabic vowel points'],
] as const

/** Names that differ in more than accents, however alike their parts are. */
export const reallyDifferent = [
  ['かな', 'がな', 'a mark that makes another letter'],
  ['हस', 'हँस', 'a mark that makes another sound'],
  ['soren', 'soeren', 'another spelling'],
  ['anna', 'anne', 'another letter'],
] as const
