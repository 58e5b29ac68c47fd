import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contrastOf } from './support/contrast.js'

const folder = join(import.meta.dirname, '..', 'src', 'browser', 'styles')
const palettes = readFileSync(join(folder, 'palettes.css'), 'utf8')

/** The tokens of one palette by name. */
function tokensOf(palette: string): ReadonlyMap<string, string> {
  const [, body = ''] = new RegExp(`@utility ${palette} \\{([^}]*)\\}`).exec(palettes) ?? []
  return new Map([...body.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]))
}

const grounds = ['bg', 'panel', 'raised']
/** Each text colour with the grounds on which it is used. Source: src/browser/styles. */
const texts: [string, string[]][] = [
  ['ink', grounds],
  ['ink2', grounds],
  ['link', [...grounds, 'mine', 'theirs']],
  ['danger', grounds],
  ['on-accent', ['accent']],
  ['mine-ink', ['mine']],
  ['mine-ink2', ['mine']],
  ['seen', ['mine']],
  ['theirs-ink', ['theirs']],
  ['theirs-ink2', ['theirs']],
]
/** The colours that show where a control or the focus is. */
const edges: [string, string[]][] = [
  ['edge', grounds],
  ['focus', [...grounds, 'mine', 'theirs']],
  ['accent', grounds],
]

const pairsOf = (table: [string, string[]][]) =>
  table.flatMap(([ink, all]) => all.map(ground => [ink, ground] as const))

describe.each(['dark-theme', 'light-theme', 'black-theme', 'white-theme'])('in the %s', palette => {
  const tokens = tokensOf(palette)
  const contrast = (ink: string, ground: string) => contrastOf(tokens.get(ink) ?? '', tokens.get(ground) ?? '')

  it.each(pairsOf(texts))('%s on %s is at least 7:1', (ink, ground) => {
    expect(contrast(ink, ground)).toBeGreaterThanOrEqual(7)
  })

  it.each(pairsOf(edges))('%s on %s is at least 3:1', (edge, ground) => {
    expect(contrast(edge, ground)).toBeGreaterThanOrEqual(3)
  })
})

it('the letter on every soft colour is at least 7:1', () => {
  const tokens = tokensOf('all-themes')
  const tints = [...tokens].filter(([name]) => name.startsWith('tint-'))
  expect(tints).toHaveLength(6)
  for (const [name, tint] of tints) {
    expect([name, contrastOf(tokens.get('on-tint') ?? '', tint) >= 7]).toEqual([name, true])
  }
})

it('contrast is computed as WCAG does', () => {
  expect(contrastOf('#000000', '#ffffff')).toBe(21)
  expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
})

const sheets = readdirSync(folder)
  .filter(name => name.endsWith('.css'))
  .map(name => [name, readFileSync(join(folder, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')] as const)

it.each(sheets.filter(([name]) => name !== 'palettes.css'))('%s uses no colour but tokens', (_name, css) => {
  const declarations = css.match(/:[^:;{}]+;/g) ?? []
  expect(declarations.filter(each => /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|lab)a?\(/i.test(each))).toEqual([])
  expect(declarations.filter(each => /\b(white|black|red|green|blue|gr[ae]y)\b/i.test(each))).toEqual([])
})

/** Lengths that do not grow with the text, on purpose: hairlines, rings, hidden boxes, a tail's corner, run and turn. */
const fixedLengths = new Set(['1px', '2px', '3px', '-3px', '4px', '10px'])

it.each(sheets)('%s uses no pixels but for hairlines and the like', (_name, css) => {
  expect((css.match(/-?[\d.]+px\b/g) ?? []).filter(each => !fixedLengths.has(each))).toEqual([])
})

it.each(sheets)('%s sets no size of text but by tokens', (_name, css) => {
  const sizes = [...css.matchAll(/font-size: ([^;]+);/g)].map(([, size]) => size)
  // Percentages are the sizes that a person may set; 0 hides the words of a browser's own file button.
  expect(sizes.filter(size => !/^(theme\("fontSize\.\w+"\)|1\d\d%|125%|0)$/.test(size ?? ''))).toEqual([])
})
