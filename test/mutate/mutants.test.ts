import { expect, it } from 'vitest'
import { applyMutant, mutantsOf } from '../../scripts/mutate/mutants.mjs'
import { markRegions, regionOf } from '../../scripts/mutate/regions.mjs'
import { shuffle } from '../../scripts/mutate/sample.mjs'

/** Each mutant of a text, as the text that it makes. */
const edits = (source: string, operator?: string) =>
  mutantsOf('src/x.ts', source)
    .filter(mutant => operator === undefined || mutant.operator === operator)
    .map(mutant => applyMutant(source, mutant))

it.each([
  ['condition', 'if (a) b()', ['if (true) b()', 'if (false) b()', 'if (!(a)) b()']],
  ['condition', 'while (a) b()', ['while (false) b()', 'while (!(a)) b()']],
  ['comparison', 'x = a < b', ['x = a <= b', 'x = a >= b']],
  ['comparison', 'x = (a) === b', ['x = (a) !== b']],
  ['arithmetic', 'x = a + b', ['x = a - b']],
  ['arithmetic', "x = a + 'b'", []],
  ['logical', 'x = a && b', ['x = a || b']],
  ['logical', 'x = a ?? b', ['x = a', 'x = b']],
  ['optional chain', 'x = a?.b', ['x = a.b']],
  ['optional chain', 'x = a?.[0]', ['x = a[0]']],
  ['optional chain', 'x = a?.()', ['x = a()']],
  ['boolean', 'x = true', ['x = false']],
  ['negation', 'x = !a', ['x = a']],
  ['string', "x = 'a'", ["x = ''"]],
  ['string', "import a from 'b'; x = { 'c-d': a }", []],
  ['string', "throw new Error('of the program')", []],
  ['string', "x = { summary: 'of the API', text: z.string().describe('too') }", []],
  ['number', 'x = 1', ['x = 2']],
  ['number', 'x = 60_000', ['x = 120000']],
  ['update', 'a++', ['a--']],
  ['assignment', 'a += b', ['a -= b']],
  ['call removed', 'async () => { await a() }', ['async () => { ; }']],
  ['assignment removed', 'a = b', [';']],
  ['block emptied', 'function a() { b() }', ['function a() {}']],
  ['throw removed', 'throw a', [';']],
  ['array emptied', 'x = [a]', ['x = []']],
  ['object emptied', 'x = { a }', ['x = {}']],
  ['return value', '() => { return a }', ['() => { return undefined }', '() => { return null }']],
  ['arrow value', 'x = () => a', ['x = () => undefined']],
  ['method swapped', 'x = a.some(b)', ['x = a.every(b)']],
  ['method removed', 'x = a.filter(b)', ['x = a']],
])('%s: %s', (operator, source, expected) => {
  expect(edits(source, operator)).toEqual(expected)
})

it('what is for the log alone, and types, have no mutants', () => {
  expect(edits("this.#log.warn({ a: 1 }, 'words')")).toEqual([])
  expect(edits("type A = 'b' | 1; interface C { d: true }; declare const e: 2")).toEqual([])
})

it('a mutant keeps its id while other lines change', () => {
  const ids = (source: string) => mutantsOf('src/x.ts', source).map(({ id }: { id: string }) => id)
  const before = ids('a()\nb(1)')
  expect(ids('// a comment\na()\nb(1)')).toEqual(before)
  expect(new Set(before).size).toBe(before.length)
})

it('marked regions run as before, and tell which were entered', () => {
  const source = 'const f = a => a ? (a.b ?? { c: 1 }) : null; if (f(given)) { done.push(1) } else done.push(2)'
  const { code, regions } = markRegions('src/x.ts', source, 10, 'enter')
  const run = (given: unknown) => {
    const entered: number[] = []
    const done: number[] = []
    new Function('given', 'done', 'enter', code)(given, done, (id: number) => entered.push(id))
    return [entered.map(id => regions.find((region: { id: number }) => region.id === id)), done]
  }
  const texts = (found: unknown) =>
    JSON.parse(JSON.stringify(found)).map(({ start, end }: { start: number; end: number }) => source.slice(start, end))
  const [entered, done] = run({})
  expect(done).toEqual([1])
  expect(texts(entered)).toEqual([
    source,
    'a ? (a.b ?? { c: 1 }) : null',
    '(a.b ?? { c: 1 })',
    '{ c: 1 }',
    '{ done.push(1) }',
  ])
  expect(run(null)[1]).toEqual([2])
  const start = source.indexOf('c: 1')
  expect(regionOf(regions, { start, end: start + 1 })).toMatchObject({ start: source.indexOf('{ c: 1 }') })
})

it('a sample is the same for the same seed', () => {
  const items = Array.from({ length: 100 }, (_, index) => index)
  expect(shuffle(items, 11)).toEqual(shuffle(items, 11))
  expect(shuffle(items, 11)).not.toEqual(shuffle(items, 12))
  expect(shuffle(items, 11).toSorted((a: number, b: number) => a - b)).toEqual(items)
})
