/** Fewer different characters than this make no secret: `aaaa...`, `abababab...`. */
const minDifferentCharacters = 8

/** The longest piece whose mere repetition is looked for: `changemechangeme...`, `1234567890123...`. */
const maxRepeatedPiece = 16

/** The part of a secret that may be runs such as `abcdef` and `12345`. */
const maxRunningPart = 0.75

/** Phrases of tutorials, as they read without case, spaces and signs. */
const wellKnownPhrases = [
  'astringsecretatleast256bitslong',
  'changeme',
  'changethis',
  'keyboardcat',
  'replaceme',
  'replacethis',
  'supersecret',
  'yoursecret',
  'yoursupersecret',
]

/** The words that placeholders are made of. A secret of nothing but these and numbers is one. */
const placeholderWords = new Set(
  `a an and app as at auth bit bits cat change changed char character characters chars cookie default dev development do
  dont enter env example for generate here i in is it jwt key keyboard least length long longer me min minimum more must
  my need needs not of one or password placeholder please prod production put random replace secret secrets secure
  session set sign signing some something string strong super that the this to token use value very with you your`.split(
    /\s+/,
  ),
)

function isRepetition(value: string): boolean {
  for (let length = 1; length <= maxRepeatedPiece; length++) {
    if (
      value ===
      value
        .slice(0, length)
        .repeat(Math.ceil(value.length / length))
        .slice(0, value.length)
    )
      return true
  }
  return false
}

function isMostlyRuns(value: string): boolean {
  let steps = 0
  for (let index = 1; index < value.length; index++) {
    if (value.charCodeAt(index) === value.charCodeAt(index - 1) + 1) steps++
  }
  return steps > value.length * maxRunningPart
}

function isPlaceholder(value: string): boolean {
  const words = value.toLowerCase().match(/[a-z]+/g) ?? []
  return words.length > 0 && words.every(word => placeholderWords.has(word))
}

/** Whether a secret is one that others know or guess at once: repeated or running characters, a tutorial's placeholder. */
export function isWeakSecret(value: string): boolean {
  const letters = value.toLowerCase().replace(/[^a-z0-9]/g, '')
  return (
    new Set(value).size < minDifferentCharacters ||
    isRepetition(value) ||
    isMostlyRuns(value) ||
    isPlaceholder(value) ||
    wellKnownPhrases.some(phrase => letters.includes(phrase))
  )
}
