import { expect, it } from 'vitest'
import { foreignKindOf, kindOf } from '#src/images/image-kind.js'

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

const box = (...names: string[]) => {
  const length = 8 + 4 * (names.length + 1)
  return `\0\0\0${String.fromCharCode(length)}ftyp${names[0]}\0\0\0\0${names.slice(1).join('')}`
}

it.each([
  ['HEIC', box('heic', 'mif1', 'heic')],
  ['HEIC', box('mif1', 'mif1', 'heic')],
  ['HEIC', box('heix')],
  ['HEIC', box('msf1', 'hevc')],
  ['AVIF', box('avif', 'mif1', 'miaf')],
  ['AVIF', box('mif1', 'mif1', 'avif')],
  ['QuickTime', box('qt  ')],
  ['MP4', box('isom', 'iso2', 'mp41')],
  ['MP4', box('mp42')],
  ['MP4', box('3gp4')],
  ['JPEG XL', '\xff\x0a\0'],
  ['JPEG XL', '\0\0\0\x0cJXL \r\n'],
  ['JPEG 2000', '\0\0\0\x0cjP  \r\n'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg">'],
  ['SVG', '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made by hand -->\n<svg\nwidth="9">'],
  ['SVG', '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" ""><svg>'],
  ['TIFF', 'II*\0'],
  ['TIFF', 'MM\0*'],
  ['BMP', 'BM\x10\x20\0\0\0\0\0\0'],
  ['ICO', '\0\0\x01\0\x02\0'],
  ['PSD', '8BPS\0\x01'],
  ['PDF', '%PDF-1.7'],
  ['WebM', '\x1a\x45\xdf\xa3'],
  ['AVI', 'RIFF\x10\0\0\0AVI LIST'],
  ['ZIP', 'PK\x03\x04'],
])('what cannot be sent is called by its name: %s (%j)', (name, start) => {
  expect(foreignKindOf(bytes(start))).toBe(name)
  expect(kindOf(bytes(start))).toBeNull()
})

it.each(['', 'hello', '<p>', '<html><svg>', box('none'), 'ftyp', '\0\0\0\x08ftyp', 'BM is a car', 'GIF88a'])(
  'what is not known has no name: %j',
  start => {
    expect(foreignKindOf(bytes(start))).toBeNull()
  },
)
