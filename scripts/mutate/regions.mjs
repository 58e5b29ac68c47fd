/** Marks the regions of a file - functions, branches, right-hand operands - so that running it tells which were entered. */
import { parse, walk } from './syntax.mjs'

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** The statements and expressions of a node that run, or not, apart from what is around them. */
function branchesOf(node) {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return [node.consequent, node.alternate]
    case 'LogicalExpression':
      return [node.right]
    case 'WhileStatement':
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'CatchClause':
      return [node.body]
    default:
      return functions.has(node.type) ? [node.body] : []
  }
}

/**
 * @returns {{ code: string, regions: Array<{ id: number, start: number, end: number }> }} the source with a call of `mark(id)`
 *   at the beginning of each region, and where they lie in the source without the calls; the first is the whole file
 */
export function markRegions(path, source, firstId, mark) {
  const regions = [{ id: firstId, start: 0, end: source.length }]
  const insertions = []
  const add = node => {
    const id = firstId + regions.length
    regions.push({ id, start: node.start, end: node.end })
    if (node.type === 'BlockStatement') insertions.push([node.start + 1, `${mark}(${id});`])
    else if (/Statement$/.test(node.type)) {
      insertions.push([node.start, `{${mark}(${id});`], [node.end, '}'])
    } else insertions.push([node.start, `(${mark}(${id}),`], [node.end, ')'])
  }
  walk(parse(path, source), node => {
    for (const branch of branchesOf(node)) if (branch) add(branch)
  })
  // Where two meet, the inner one was added later: it begins after the outer one and ends before it.
  const ordered = insertions.map(([at, text], order) => ({ at, text, order }))
  const closes = ({ text }) => text === ')' || text === '}'
  ordered.sort((a, b) => a.at - b.at || closes(b) - closes(a) || (closes(a) ? b.order - a.order : a.order - b.order))
  let code = `${mark}(${firstId});`
  let from = 0
  for (const { at, text } of ordered) {
    code += source.slice(from, at) + text
    from = at
  }
  return { code: code + source.slice(from), regions }
}

/** The innermost region that holds a mutant. */
export const regionOf = (regions, { start, end }) =>
  regions
    .filter(region => region.start <= start && end <= region.end)
    .reduce((inner, region) => (region.end - region.start <= inner.end - inner.start ? region : inner))
