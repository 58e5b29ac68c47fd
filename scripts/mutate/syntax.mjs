/** Reads TypeScript into its syntax tree and walks it. */
import { parseSync, visitorKeys } from 'oxc-parser'

/**
 * Parses a module.
 * @throws Error when it is not TypeScript
 */
export function parse(path, source) {
  const { program, errors } = parseSync(path, source, { lang: 'ts', sourceType: 'module' })
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`)
  return program
}

/** Whether a node stands for types alone, of which nothing is left when the program runs. */
const isTypeOnly = node =>
  (node.type.startsWith('TS') && !valueNodes.has(node.type)) ||
  node.type === 'ImportDeclaration' ||
  node.type === 'ExportAllDeclaration' ||
  node.declare === true

const valueNodes = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSParameterProperty'])

/**
 * Calls `enter` for each node that is left when the program runs, outer ones first, with the nodes around it, the nearest last.
 * Where `enter` answers false, what is within the node is passed over.
 */
export function walk(node, enter, around = []) {
  if (isTypeOnly(node) || enter(node, around) === false) return
  const within = [...around, node]
  for (const key of visitorKeys[node.type] ?? []) {
    const child = node[key]
    for (const each of Array.isArray(child) ? child : [child]) if (each) walk(each, enter, within)
  }
}
