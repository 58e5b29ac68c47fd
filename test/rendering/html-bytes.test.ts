import { expect, it } from 'vitest'
import { htmlBytesOf } from '#src/rendering/html-bytes.js'

const bytesOf = (text: string, alt?: string) => htmlBytesOf([{ text, image: alt === undefined ? null : { alt } }])
const empty = bytesOf('')

it.each([
  ['letters', 'a'.repeat(1000), 1000],
  ['letters of two bytes', 'Ж'.repeat(1000), 2000],
  ['special characters', `"&'<>`.repeat(200), 6000],
  ['sentences', 'Ok. See you: '.repeat(100), 1300],
  ['what may be links, whose text is in them twice', 'to a.b/c or\nc@d.e', 17 + 5 + 5 + 2 * 256],
  ['at most twenty links', 'a.b '.repeat(30), 30 * 4 + 20 * (3 + 256)],
  ['characters of four bytes', '😀'.repeat(100), 400],
  ['letters of three bytes', '한'.repeat(100), 300],
  ['the last letters of two bytes, and the first of three', '\u07ff\u0800', 2 + 3],
])('the HTML of %s has so many bytes beside what is around it', (_what, text, bytes) => {
  expect(bytesOf(text) - empty).toBe(bytes)
})

it('that of a picture has its description twice', () => {
  expect(bytesOf('', 'ä"') - empty).toBe(2 * 8)
})

it('that of several messages is their sum', () => {
  expect(
    htmlBytesOf([
      { text: 'a', image: null },
      { text: 'bb', image: null },
    ]),
  ).toBe(2 * empty + 3)
})
