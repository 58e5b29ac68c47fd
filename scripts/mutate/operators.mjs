/**
 * The small edits that a mutation run makes. Each operator is given a node, the nodes around it and the text of any node, and
 * answers with the edits it would make: an array of [start, end, replacement].
 */

const comparisons = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
}
const arithmetic = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '*', '<<': '>>', '>>': '<<', '&': '|', '|': '&' }
const logical = { '&&': '||', '||': '&&' }
const assignments = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=', '??=': '=', '&&=': '=', '||=': '=' }
const opposites = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
}
/** Calls that answer with something like what they were called on, and so can be left out. */
const droppable = new Set(['filter', 'trim', 'sort', 'toSorted', 'reverse', 'toReversed', 'slice', 'normalize'])

const parentOf = around => around.at(-1)
const whole = (node, replacement) => [[node.start, node.end, replacement]]
const isText = node => (node.type === 'Literal' && typeof node.value === 'string') || node.type === 'TemplateLiteral'
const callOf = node => {
  const inner = node.type === 'AwaitExpression' || node.operator === 'void' ? node.argument : node
  return inner.type === 'ChainExpression' ? inner.expression : inner
}

/** The operator of two operands stands between them, with nothing but white space and comments around it. */
function swapOperator({ left, right, operator }, replacement, text) {
  const from = text(left.end, right.start).indexOf(operator) + left.end
  return [[from, from + operator.length, replacement]]
}

function conditions({ test, type }, _around, text) {
  if (!test) return []
  const original = text(test.start, test.end)
  const isLoop = type !== 'IfStatement' && type !== 'ConditionalExpression'
  const values = isLoop ? ['false'] : ['true', 'false']
  return [...values.filter(value => value !== original), `!(${original})`].flatMap(value => whole(test, value))
}

/** Texts of errors and descriptions of the API are not tested word by word. */
function isProse(around) {
  const parent = parentOf(around)
  const name = parent?.callee?.name ?? parent?.callee?.type ?? ''
  if (parent?.type === 'NewExpression') return /^(Type|Range|Syntax)?Error$/.test(name)
  const isDescribed = parent?.type === 'Property' && /^(summary|description)$/.test(parent.key.name ?? '')
  return name === 'Super' || isDescribed || parent?.callee?.property?.name === 'describe'
}

function isName(node, around) {
  const parent = parentOf(around)
  return (
    (parent?.key === node && !parent.computed) ||
    parent?.type === 'ExpressionStatement' ||
    /^(Import|Export)/.test(parent?.type ?? '')
  )
}

/** By name, what the report calls them. */
export const operators = {
  condition: {
    types: ['IfStatement', 'ConditionalExpression', 'WhileStatement', 'DoWhileStatement', 'ForStatement'],
    edit: conditions,
  },
  comparison: {
    types: ['BinaryExpression'],
    edit: (node, _around, text) =>
      (comparisons[node.operator] ?? []).flatMap(replacement => swapOperator(node, replacement, text)),
  },
  arithmetic: {
    types: ['BinaryExpression'],
    edit(node, _around, text) {
      const replacement = arithmetic[node.operator]
      if (!replacement || isText(node.left) || isText(node.right)) return []
      return swapOperator(node, replacement, text)
    },
  },
  logical: {
    types: ['LogicalExpression'],
    edit(node, _around, text) {
      if (node.operator !== '??') return swapOperator(node, logical[node.operator], text)
      return [node.left, node.right].flatMap(side => whole(node, text(side.start, side.end)))
    },
  },
  'optional chain': {
    types: ['MemberExpression', 'CallExpression'],
    edit(node, _around, text) {
      if (!node.optional) return []
      const before = node.object ?? node.callee
      const from = text(before.end, node.end).indexOf('?.') + before.end
      const dotStays = node.type === 'MemberExpression' && !node.computed
      return [[from, from + 2, dotStays ? '.' : '']]
    },
  },
  boolean: {
    types: ['Literal'],
    edit: node => (typeof node.value === 'boolean' ? whole(node, String(!node.value)) : []),
  },
  negation: {
    types: ['UnaryExpression'],
    edit: (node, _around, text) =>
      node.operator === '!' || node.operator === '-' ? whole(node, text(node.argument.start, node.argument.end)) : [],
  },
  string: {
    types: ['Literal'],
    edit(node, around) {
      if (typeof node.value !== 'string' || isName(node, around) || isProse(around)) return []
      return whole(node, node.value === '' ? "'changed'" : "''")
    },
  },
  template: {
    types: ['TemplateLiteral'],
    edit: (node, around) => (isProse(around) || node.end - node.start === 2 ? [] : whole(node, '``')),
  },
  number: {
    types: ['Literal'],
    // One more millisecond of a minute is nothing that a test should see; twice as much is.
    edit(node, around) {
      if (typeof node.value !== 'number' || isName(node, around)) return []
      return whole(node, String(node.value <= 10 ? node.value + 1 : node.value * 2))
    },
  },
  update: {
    types: ['UpdateExpression'],
    edit(node, _around, text) {
      const swapped = node.operator === '++' ? '--' : '++'
      return whole(node, text(node.start, node.end).replace(node.operator, swapped))
    },
  },
  assignment: {
    types: ['AssignmentExpression'],
    edit(node, _around, text) {
      const replacement = assignments[node.operator]
      return replacement ? swapOperator(node, replacement, text) : []
    },
  },
  'call removed': {
    types: ['ExpressionStatement'],
    edit: node => (callOf(node.expression).type === 'CallExpression' ? whole(node, ';') : []),
  },
  'assignment removed': {
    types: ['ExpressionStatement'],
    edit: node => (node.expression.type === 'AssignmentExpression' ? whole(node, ';') : []),
  },
  'block emptied': {
    types: ['BlockStatement'],
    edit: node => (node.body.length > 0 ? whole(node, '{}') : []),
  },
  'throw removed': { types: ['ThrowStatement'], edit: node => whole(node, ';') },
  'array emptied': {
    types: ['ArrayExpression'],
    edit: node => (node.elements.length > 0 ? whole(node, '[]') : []),
  },
  'object emptied': {
    types: ['ObjectExpression'],
    edit: node => (node.properties.length > 0 ? whole(node, '{}') : []),
  },
  'return value': {
    types: ['ReturnStatement'],
    edit: ({ argument }) => (argument ? ['undefined', 'null'].flatMap(value => whole(argument, value)) : []),
  },
  'arrow value': {
    types: ['ArrowFunctionExpression'],
    edit: ({ body }) => (body.type === 'BlockStatement' ? [] : whole(body, 'undefined')),
  },
  'method swapped': {
    types: ['MemberExpression'],
    edit(node, around) {
      const isCalled = parentOf(around)?.callee === node
      return isCalled && Object.hasOwn(opposites, node.property.name ?? '')
        ? whole(node.property, opposites[node.property.name])
        : []
    },
  },
  'method removed': {
    types: ['CallExpression'],
    edit({ callee, start, end, ...node }, _around, text) {
      if (callee.type !== 'MemberExpression' || node.optional || !droppable.has(callee.property.name)) return []
      return [[start, end, text(callee.object.start, callee.object.end)]]
    },
  },
}
