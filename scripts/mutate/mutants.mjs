/** Lists the small harmful edits that could be made to a source file. */
import { createHash } from 'node:crypto'
import { operators } from './operators.mjs'
import { parse, walk } from './syntax.mjs'

const byType = new Map()
for (const [name, { types, edit }] of Object.entries(operators)) {
  for (const type of types) byType.set(type, [...(byType.get(type) ?? []), { name, edit }])
}

/** Whether a call writes to the log, as `log.warn(...)`, `this.#log.error(...)` and `console.error(...)` do. */
function isLogging(node) {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { object } = node.callee
  return /^(log|logger|console)$/.test(object.name ?? object.property?.name ?? '')
}

/** Whether a statement is nothing but a call that writes to the log. */
const isLogStatement = node => node.type === 'ExpressionStatement' && isLogging(node.expression)

/** Where an offset lies: its line, counted from 1, and that line's text. */
function lineAt(source, offset) {
  const from = source.lastIndexOf('\n', offset - 1) + 1
  const to = source.indexOf('\n', offset)
  return { line: source.slice(0, from).split('\n').length, text: source.slice(from, to < 0 ? undefined : to) }
}

/**
 * @typedef {object} Mutant
 * @property {string} id eight characters, which stay the same while its line does
 * @property {string} path of the file, below the project's folder
 * @property {number} line counted from 1
 * @property {string} operator
 * @property {number} start where the edit begins in the file, in characters
 * @property {number} end where it ends
 * @property {string} original
 * @property {string} replacement
 */

/**
 * Lists the mutants of a file, in the order of its text.
 * @returns {Mutant[]}
 */
export function mutantsOf(path, source) {
  const text = (start, end) => source.slice(start, end)
  const mutants = []
  const times = new Map()
  const add = (operator, [start, end, replacement]) => {
    if (text(start, end) === replacement) return
    const at = lineAt(source, start)
    const key = [path, at.text.trim(), operator, text(start, end), replacement].join('\0')
    // The same edit of a line that stands twice, or of a word twice in a line.
    const time = times.get(key) ?? 0
    times.set(key, time + 1)
    const id = createHash('sha256').update(`${key}\0${time}`).digest('hex').slice(0, 8)
    mutants.push({ id, path, line: at.line, operator, start, end, original: text(start, end), replacement })
  }
  walk(parse(path, source), (node, around) => {
    if (isLogging(node) || isLogStatement(node)) return false
    for (const { name, edit } of byType.get(node.type) ?? []) {
      for (const change of edit(node, around, text)) add(name, change)
    }
    return true
  })
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** The text of a file with a mutant's edit made. */
export const applyMutant = (source, { start, end, replacement }) =>
  source.slice(0, start) + replacement + source.slice(end)
