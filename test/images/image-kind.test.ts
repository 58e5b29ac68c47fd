import { expect, it } from 'vitest'
import { kindOf } from '#src/images/image-kind.js'

const bytes = (text: string) => Buffer.from(text, 'latin1')

it.each([
  ['jpeg', '\xff\xd8\xff\xe0'],
  ['png', '\x89PNG\r\n\x1a\n....'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a...'],
  ['webp', 'RIFF\x10\0\0\0WEBPVP8 '],
] as const)('a %s is known by its first bytes', (kind, start) => {
  expect(kindOf(bytes(start))).toBe(kind)
})

it.each([
  '',
  '\xff\xd8',
  '\x89PNG\n\x1a\n....',
  'GIF88a',
  'gif89a',
  'RIFF\x10\0\0\0WAVE',
  'RIFX\x10\0\0\0WEBP',
  'WEBP',
  '<svg xmlns="http://www.w3.org/2000/svg">',
  ' GIF89a',
  'II*\0',
])('%j begins no picture', start => {
  expect(kindOf(bytes(start))).toBeNull()
})
