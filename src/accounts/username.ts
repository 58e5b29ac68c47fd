const MIN_LENGTH = 3
const MAX_LENGTH = 30

/** Letters with their marks, digits and three signs. */
const ALLOWED = /^(?:\p{L}\p{M}*|[\p{Nd}_.-])+$/u

/** Characters that show nothing: with them two names could look the same. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

/** Scripts that are written together, each group a writing system of its own. */
const WRITING_SYSTEMS = [
  ['Latin'],
  ['Cyrillic'],
  ['Greek'],
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
  ...[
    'Adlam Arabic Armenian Balinese Bengali Canadian_Aboriginal Chakma Cham Cherokee Devanagari Ethiopic Georgian',
    'Gujarati Gurmukhi Hebrew Javanese Kannada Kayah_Li Khmer Lao Lepcha Limbu Lisu Malayalam Meetei_Mayek Miao',
    'Mongolian Myanmar New_Tai_Lue Newa Nko Nyiakeng_Puachue_Hmong Ol_Chiki Oriya Osage Saurashtra Sinhala Sundanese',
    'Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet Tamil Telugu Thaana Thai Tibetan Tifinagh Vai Wancho Yi',
  ]
    .join(' ')
    .split(' ')
    .map(script => [script]),
].map(scripts => {
  const own = scripts.map(script => `\\p{Script_Extensions=${script}}`).join('')
  // Letters that belong to no script, such as the modifier letters, go with any.
  return new RegExp(`^[${own}\\p{Script_Extensions=Common}\\p{Script_Extensions=Inherited}]*$`, 'u')
})

/** Whether all letters belong to one writing system; digits, marks and signs go with any. */
function isOfOneSystem(name: string): boolean {
  // Compatibility forms first: a mathematical or wide letter belongs to no script and looks like one that does.
  const letters = name.normalize('NFKC').replace(/\P{L}/gu, '')
  return WRITING_SYSTEMS.some(system => system.test(letters))
}

/** What is wrong with a name (in composed form), as a stable key, or null. */
export function checkUsername(name: string): 'username_invalid' | 'username_mixed_scripts' | null {
  const length = [...name].length
  if (length < MIN_LENGTH || length > MAX_LENGTH || !ALLOWED.test(name) || INVISIBLE.test(name))
    return 'username_invalid'
  if (isOfOneSystem(name)) return null
  return [...name].every(isOfOneSystem) ? 'username_mixed_scripts' : 'username_invalid'
}
