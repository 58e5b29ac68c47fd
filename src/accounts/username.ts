import { isReserved } from './reserved-names.js'

const minLength = 3
const maxLength = 30

/** Letters with their marks, digits and three signs. */
const allowed = /^(?:\p{L}\p{M}*|[\p{Nd}_.-])+$/u

/** A modifier letter, such as a prime or a length mark, which looks like a sign on its own. */
const letterOrDigit = /[\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{Nd}]/u

/** A letter with its marks. */
const markedLetter = /\P{M}\p{M}+/gu

/**
 * A mark that goes with letters of several scripts, such as an accent. Marks of one script are part of its spelling.
 */
const sharedMark = /\p{Script=Inherited}/gu
const maxSharedMarks = 2

/** Invisible characters, with which two names could look the same. */
const invisible = /\p{Default_Ignorable_Code_Point}/u

/** Writing systems: each is a group of scripts that are written together. */
const writingSystems = [
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
  // Letters without a script of their own, such as modifier letters, go with any.
  return new RegExp(`^[${own}\\p{Script_Extensions=Common}\\p{Script_Extensions=Inherited}]*$`, 'u')
})

/** Whether all letters belong to one writing system. Digits, marks and signs go with any. */
export function isOfOneSystem(name: string): boolean {
  // Compatibility forms first: a mathematical or wide letter has no script, but looks like one that has.
  const letters = name.normalize('NFKC').replace(/\P{L}/gu, '')
  return writingSystems.some(system => system.test(letters))
}

/**
 * Whether so many marks are piled on a letter that they would cover other lines of text. A letter that has a code point
 * together with its marks, such as ᾅ, may have as many as that.
 */
function hasPiledMarks(name: string): boolean {
  const marked = name.match(markedLetter) ?? []
  return marked.some(letter => (letter.normalize('NFD').match(sharedMark) ?? []).length > maxSharedMarks)
}

function isWellFormed(name: string): boolean {
  const length = [...name].length
  const isOfRightLength = length >= minLength && length <= maxLength
  const isOfRightCharacters = allowed.test(name) && letterOrDigit.test(name) && !invisible.test(name)
  return isOfRightLength && isOfRightCharacters && !hasPiledMarks(name)
}

/** What is wrong with a name in composed form, as a stable key; null if nothing is. */
export function checkUsername(
  name: string,
): 'username_invalid' | 'username_mixed_scripts' | 'username_reserved' | null {
  if (!isWellFormed(name)) return 'username_invalid'
  if (isOfOneSystem(name)) return isReserved(name) ? 'username_reserved' : null
  return [...name].every(isOfOneSystem) ? 'username_mixed_scripts' : 'username_invalid'
}
