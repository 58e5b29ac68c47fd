import { describe, expect, it } from 'vitest'
import { segmentText } from '#src/rendering/text-segments.js'

const linksOf = (text: string) => segmentText(text).flatMap(({ href }) => href ?? [])
const textOf = (text: string) =>
  segmentText(text)
    .map(segment => segment.text)
    .join('')

const plain = (text: string) => ({ text, href: null, leadsTo: '' })

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
    ['见https://example.org，（https://example.com/路径）。', ['https://example.org', 'https://example.com/路径']],
    ['https://a.example|b.de|x=c.de', ['https://a.example', 'https://b.de', 'https://c.de']],
    ['example.com/(www.example.org)', ['https://example.com/(www.example.org)']],
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
      plain('see '),
      { text: 'a.de', href: 'https://a.de', leadsTo: '' },
      plain(', ('),
      { text: 'http://b.de', href: 'http://b.de', leadsTo: '' },
      plain(') and c'),
    ])
    expect(segmentText('a.de')).toEqual([{ text: 'a.de', href: 'https://a.de', leadsTo: '' }])
    expect(segmentText('plain')).toEqual([plain('plain')])
    expect(segmentText('')).toEqual([])
  })

  it('are found up to the twentieth of one word, and of many', () => {
    const many = (count: number, separator: string) => Array(count).fill('a.de').join(separator)
    expect([19, 20, 21].map(count => linksOf(many(count, '<')).length)).toEqual([19, 20, 20])
    expect([19, 20, 21].map(count => linksOf(many(count, ' ')).length)).toEqual([19, 20, 20])
    expect(linksOf(`${many(19, ' ')} ${many(3, '<')}`)).toHaveLength(20)
  })

  it('are addresses of at most 2,048 units, and what follows a longer one is found', () => {
    const address = (length: number) => `https://example.com/${'x'.repeat(length - 20)}`
    expect(linksOf(address(2048))).toEqual([address(2048)])
    expect(linksOf(address(2049))).toEqual([])
    expect(linksOf(`see ${address(2048)} b.de`)).toEqual([address(2048), 'https://b.de'])
    expect(linksOf(`${address(3000)} https://example.com/`)).toEqual(['https://example.com/'])
  })

  it('are looked for in the first 10,000 units of what could be one, and other words do not count', () => {
    const name = `${'x.'.repeat(999)}zz `
    expect(linksOf(`${name.repeat(4)}${'x.'.repeat(994)}zz b.de`)).toEqual(['https://b.de'])
    expect(linksOf(`${name.repeat(5)}${'x.'.repeat(5)}zz b.de`)).toEqual([])
    expect(linksOf(`${'plain '.repeat(3000)}b.de`)).toEqual(['https://b.de'])
  })

  it('are whole where the first 20,000 units of a text end within one, and none begins behind them', () => {
    const filling = (length: number) => `${'x'.repeat(length - 1)} `
    for (const link of ['https://example.com/x', 'https://www.example.com', 'www.example.com', 'example.com']) {
      const href = link.startsWith('https') ? link : `https://${link}`
      expect(linksOf(`${filling(20_001 - link.length)}${link} b.de`)).toEqual([href])
    }
    expect(linksOf(`${filling(20_000)}b.de`)).toEqual([])
  })

  it('are read a limited number of times where none is one', () => {
    expect(linksOf(`${'xn--a.com '.repeat(130)}b.de`)).toEqual(['https://b.de'])
    expect(linksOf(`${'xn--a.com '.repeat(150)}b.de`)).toEqual([])
  })

  it('say where they lead if they could be read otherwise, and lead to this network without encryption', () => {
    expect(segmentText('аpple.com')).toEqual([
      { text: 'аpple.com', href: 'https://аpple.com', leadsTo: 'xn--pple-43d.com' },
    ])
    expect(linksOf('localhost:3000 127.0.0.1:80/x a.de:80')).toEqual([
      'http://localhost:3000',
      'http://127.0.0.1:80/x',
      'https://a.de:80',
    ])
    expect(linksOf('HTTPS://A.de')).toEqual(['https://A.de'])
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
  'http://.漢',
  'http://a.de/漢http://',
  '漢字https://a.b漢',
  'аpple.com ',
  'xn--a.com ',
  '1.1.1.1/1 ',
  'a.zz ',
  '😀.a',
  'a\u0301.',
  `http://${'a-'.repeat(150)} `,
  '\u200b',
  'a\u200b',
  `http://a${'\u200b'.repeat(500)}b`,
  'http://a.de/漢a',
  'a.md/→',
  'a.rs/日',
  'a.md/日→日→',
  '1.1.1.1/日',
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
