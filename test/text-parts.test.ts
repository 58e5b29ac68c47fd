import { expect, it } from 'vitest'
import { cutText, firstCharacterOf, partAt, partLength } from '#src/text-parts.js'

/** A text in the parts in which it is sent. */
function partsOf(text: string): string[] {
  const parts: string[] = []
  for (let from = 0; from < text.length; from += parts.at(-1)?.length ?? 0) parts.push(partAt(text, from))
  return parts
}

it.each([
  ['characters of two units', '😀'],
  ['lines that end with a CRLF', 'x\r\n'],
  ['lines that end with a CR', '\r'],
  ['characters torn already', '\uD800'],
])('a long text of %s comes in parts that tear none of them, and whole', (_kind, unit) => {
  for (const shift of ['', 'a', 'ab']) {
    const text = shift + unit.repeat(partLength)
    const parts = partsOf(text)
    expect(parts.join('') === text).toBe(true)
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(partLength)
      expect(part).not.toMatch(/^(?:\n|[\uDC00-\uDFFF])/)
    }
  }
})

it('a part is as long as it may be, and ends with the text', () => {
  const text = 'x'.repeat(partLength + 1)
  expect([partAt(text, 0).length, partAt(text, 1).length, partAt(text, 2).length]).toEqual([
    partLength,
    partLength,
    partLength - 1,
  ])
  expect(partLength).toBe(16_384)
})

it('what stands last in a text is no longer torn, though it looks so', () => {
  for (const last of ['\r', '\uD83D']) {
    const text = 'x'.repeat(partLength - 1) + last
    expect(partAt(text, 0)).toBe(text)
    expect(partAt(`${text}y`, 0)).toBe('x'.repeat(partLength - 1))
  }
})

it('a text that fits is one part, one that does not two, and none is none', () => {
  const partsIn = (length: number) => partsOf('x'.repeat(length)).map(part => part.length)
  expect([0, 1, partLength, partLength + 1].map(partsIn)).toEqual([[], [1], [partLength], [partLength, 1]])
})

/** What is read as one character each. */
const characters = [
  ...[
    'a',
    'é',
    'e\u0301',
    'ẛ̣',
    '漢',
    '😀',
    '👍🏽',
    '👨‍👩‍👧‍👦',
    '🏳️‍🌈',
    '🇩🇪',
    '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
    '1️⃣',
    '👩🏿‍❤️‍💋‍👨🏾',
    'กำ',
    'ক্ষি',
    '한',
    '\r\n',
  ],
  ...[`Z${'\u0335'.repeat(20)}`, 'a\u200d', '🧑‍🧑‍🧒‍🧒'],
]

it.each(characters)('a text is cut before %j or behind it, never within', character => {
  const most = 120
  for (let before = most - character.length - 2; before <= most; before++) {
    const text = `${'x'.repeat(before)}${character}${character}yz`
    const cut = cutText(text, most)
    const whole = Math.max(0, Math.floor((most - before) / character.length))
    expect(cut).toBe(
      `${'x'.repeat(before)}${character.repeat(Math.min(whole, 2))}${'yz'.slice(0, Math.max(0, most - before - 2 * character.length))}`,
    )
  }
})

it('a text that fits is not cut, and one character that is longer is cut at a whole code point', () => {
  expect(cutText('👨‍👩‍👧‍👦', 11)).toBe('👨‍👩‍👧‍👦')
  expect(cutText('👨‍👩‍👧‍👦', 10)).toBe('👨‍👩‍👧\u200d')
  expect(cutText(`Z${'\u0335'.repeat(5000)}`, 120)).toBe(`Z${'\u0335'.repeat(119)}`)
  expect(cutText('', 5)).toBe('')
})

it('flags are cut between two of them', () => {
  expect(cutText('🇩🇪'.repeat(100), 122)).toBe('🇩🇪'.repeat(30))
})

it('the first character of a text is a whole one', () => {
  expect([...characters, ''].map(each => firstCharacterOf(`${each}z`.slice(0, each ? undefined : 0)))).toEqual([
    ...characters,
    '',
  ])
})
