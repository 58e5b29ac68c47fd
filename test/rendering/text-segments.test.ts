import { describe, expect, it } from 'vitest'
import { segmentText } from '#src/rendering/text-segments.js'

const linksOf = (text: string) => segmentText(text).flatMap(({ href }) => href ?? [])
const textOf = (text: string) =>
  segmentText(text)
    .map(segment => segment.text)
    .join('')

describe('links in a text', () => {
  it.each([
    ['See https://example.com/a?b=c#d, please.', ['https://example.com/a?b=c#d']],
    ['http://localhost:3000/x', ['http://localhost:3000/x']],
    ['bare example.com and www.example.co.uk/a_(b)', ['https://example.com', 'https://www.example.co.uk/a_(b)']],
    ['write to someone@example.com', ['mailto:someone@example.com']],
    ['mailto:someone@example.com', ['mailto:someone@example.com']],
    ['(https://example.com/(x))', ['https://example.com/(x)']],
    ['two:https://a.example,https://b.example', ['https://a.example', 'https://b.example']],
    ['tab\thttps://a.example\nhttps://b.example', ['https://a.example', 'https://b.example']],
    ['见https://no.example，（https://example.com/路径）。', ['https://example.com/路径']],
    ['https://a.example|b.de|x=c.de', ['https://a.example', 'https://b.de', 'https://c.de']],
    ['münchen.de почта.рф', ['https://münchen.de', 'https://почта.рф']],
    ['ftp://example.com //example.com e.g. 3.14 12:30 a.b.c :) ... http:// @x', []],
    ['javascript:alert(1) data:text/html,x', []],
  ])('are found in %j', (text, links) => {
    expect(linksOf(text)).toEqual(links)
    expect(textOf(text)).toBe(text)
  })

  it('are at most twenty, and what follows stays plain', () => {
    for (const separator of [' ', '\n', '<']) {
      const text = Array.from({ length: 30 }, (_, n) => `https://example.com/${n}`).join(separator)
      expect(linksOf(text)).toEqual(Array.from({ length: 20 }, (_, n) => `https://example.com/${n}`))
      expect(textOf(text)).toBe(text)
    }
  })

  it('have plain text between them, before and behind', () => {
    expect(segmentText('see a.de, (http://b.de) and c')).toEqual([
      { text: 'see ', href: null },
      { text: 'a.de', href: 'https://a.de' },
      { text: ', (', href: null },
      { text: 'http://b.de', href: 'http://b.de' },
      { text: ') and c', href: null },
    ])
    expect(segmentText('a.de')).toEqual([{ text: 'a.de', href: 'https://a.de' }])
    expect(segmentText('plain')).toEqual([{ text: 'plain', href: null }])
    expect(segmentText('')).toEqual([])
  })

  it('are found up to the twentieth of one word, and of many', () => {
    const many = (count: number, separator: string) => Array(count).fill('a.de').join(separator)
    expect([19, 20, 21].map(count => linksOf(many(count, '<')).length)).toEqual([19, 20, 20])
    expect([19, 20, 21].map(count => linksOf(many(count, ' ')).length)).toEqual([19, 20, 20])
    expect(linksOf(`${many(19, ' ')} ${many(3, '<')}`)).toHaveLength(20)
  })

  it('are looked for in a word of 2,048 units, and in none that is longer', () => {
    const address = (length: number) => `https://example.com/${'x'.repeat(length - 20)}`
    expect(linksOf(address(2048))).toEqual([address(2048)])
    expect(linksOf(address(2049))).toEqual([])
    expect(linksOf(`see ${address(2048)} b.de`)).toEqual([address(2048), 'https://b.de'])
  })

  it('are looked for in the first 10,000 units of words that may hold one, and others do not count', () => {
    const word = `${'.x'.repeat(1000)} `
    expect(linksOf(`${word.repeat(4)}${'.x'.repeat(999)}. b.de`)).toEqual(['https://b.de'])
    expect(linksOf(`${word.repeat(5)}b.de`)).toEqual([])
    expect(linksOf(`${'x'.repeat(2000)} ${'plain '.repeat(3000)}b.de`)).toEqual(['https://b.de'])
  })

  it('are not looked for in a word that is longer than an address', () => {
    expect(linksOf(`https://example.com/${'x'.repeat(2000)}`)).toHaveLength(1)
    expect(linksOf(`https://example.com/${'x'.repeat(3000)} https://example.com/`)).toEqual(['https://example.com/'])
  })
})

/** Texts made of these once took up to 140 ms for 5,000 characters, or grew faster than their length. */
const units = [
  'https://example.com/a/b?c=d ',
  'a.de ',
  'someone@example.com ',
  'a.de|',
  'http://a.de/?=a=a=a=a=a=a=a=a=a=a=a=a ',
  `x.y${'=a'.repeat(1000)} `,
  `mailto:${'=a'.repeat(1000)} `,
  `a.a${'<$b'.repeat(600)} `,
  `http://a.de/${'([{'.repeat(600)} `,
  `http://a.de/${'!'.repeat(2000)} `,
  `${'a.'.repeat(1000)} `,
  `${'a@'.repeat(1000)}. `,
  `${'http:'.repeat(400)} `,
  `${'漢.'.repeat(1000)} `,
  'hello world. ',
  'x',
  '(',
  'http://',
]

/** Of the processor's time, which others on a busy machine do not add to. */
function medianMs(text: string): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage()
    segmentText(text)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return times.sort((a, b) => a - b)[2] ?? Number.NaN
}

it.each(units.map(unit => [unit.slice(0, 30), unit]))('a text made of %j costs little at any length', (_what, unit) => {
  const [short, long] = [5000, 100_000].map(length => unit.repeat(length).slice(0, length))
  if (short === undefined || long === undefined) throw new Error('two texts were made')
  medianMs(long)
  const shortMs = medianMs(short)
  // Times below a millisecond say more about the machine than about the text.
  expect(shortMs).toBeLessThan(10)
  expect(medianMs(long) / Math.max(shortMs, 1)).toBeLessThan(30)
})
