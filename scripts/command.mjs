/** What commands have in common: how they are called, and how they end. Plain JavaScript: it works before anything is installed. */
import { parseArgs } from 'node:util'

/** What is refused: a sentence for whoever runs the command, and a code by which a program can tell what it is. */
export class Refusal extends Error {
  /** @param {string} message @param {string} [code] */
  constructor(message, code) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}

/** What another has written, so that a terminal shows it and does not obey it: without control characters and marks of direction. */
export function printable(text) {
  return String(text).replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** Says how a command is used, and what is wrong with how it was called; ends with 2. */
function refuseCall(fault, usage) {
  console.error(`${fault}\n\n${usage}`)
  process.exit(2)
}

/**
 * Reads how a command was called. With --help it prints how it is used and ends with 0; where it was called wrongly, it says what is
 * wrong and ends with 2.
 * @param {string} usage
 * @param {import('node:util').ParseArgsConfig['options']} options those beside --help
 * @param {{ mostWords?: number, findFault?: (values: any, words: string[]) => string | undefined }} [rules] how many words it takes
 *   beside options, none if left out; and what is wrong with any of them, in a sentence
 */
export function readCall(usage, options, { mostWords = 0, findFault = () => undefined } = {}) {
  try {
    const { values, positionals: words } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const tooMany = words.length > mostWords ? `"${words[mostWords]}" is a word too many.` : undefined
    const fault = tooMany ?? findFault(values, words)
    if (fault !== undefined) refuseCall(fault, usage)
    return { values, words }
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error
    // Of what node says, the rest is advice about quoting.
    return refuseCall(error.message.split('. ')[0], usage)
  }
}

/**
 * Those of some things whose names hold one of the words, in any case; all of them without a word.
 * @template {{ readonly name: string }} T
 * @param {readonly T[]} all
 * @param {readonly string[]} words
 * @param {string} what one of them is, such as "fault"
 * @returns {T[]}
 * @throws Refusal where a word is in the name of none, with the names of all
 */
export function chooseByWords(all, words, what) {
  const has = ({ name }, word) => name.toLowerCase().includes(word.toLowerCase())
  const strange = words.filter(word => !all.some(each => has(each, word)))
  if (strange.length > 0) {
    const names = all.map(({ name }) => `  ${name}`).join('\n')
    const sought = strange.map(word => `"${word}"`).join(' or ')
    throw new Refusal(`No ${what} has ${sought} in its name. There are:\n${names}`)
  }
  return all.filter(each => words.length === 0 || words.some(word => has(each, word)))
}

/** Ends a command that could not do its work: with 1, and a sentence where there is one. */
export function endWith(error) {
  // By its name: a bundled program brings a class of its own.
  console.error(error?.name === 'Refusal' ? error.message : error)
  process.exit(1)
}
