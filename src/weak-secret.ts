const fewestDifferent = 8
/** The longest piece whose repetition is looked for: `changemechangeme...`, `1234567890123...`. */
const longestPiece = 16
/** This part of a secret may be runs such as `abcdef` and `12345`. */
const mostRunning = 0.75
/** Phrases of tutorials, in lower case and without anything but letters. */
const phrases = /(change|replace)(me|this)|keyboardcat|(super|your)secret|astringsecretatleast/
/** The words of placeholders: text made of nothing else, spaced or joined, is one. */
const words = `a an and app as at auth bit bits cat change changed char character characters chars cookie default dev
  development do dont enter env example for generate here i in is it jwt key keyboard least length long longer me min minimum
  more must my need needs not of one or password placeholder please prod production put random replace secret secrets secure
  session set sign signing some something string strong super that the this to token use value very with you your`
const placeholder = new RegExp(`^(${words.split(/\s+/).join('|')})+$`)

/** Whether others know or can guess a secret: repeated or running characters, a tutorial's placeholder. */
export function isWeakSecret(value: string): boolean {
  const letters = value.toLowerCase().replace(/[^a-z]/g, '')
  const running = [...value].filter((_, at) => value.charCodeAt(at) === value.charCodeAt(at - 1) + 1)
  // Whoever repeats a piece of some length begins with all that comes after the first one.
  const isRepetition = Array.from({ length: longestPiece }, (_, at) => at + 1).some(at =>
    value.startsWith(value.slice(at)),
  )
  const isPhrase = phrases.test(letters) || placeholder.test(letters)
  return (
    new Set(value).size < fewestDifferent || isRepetition || running.length > value.length * mostRunning || isPhrase
  )
}
