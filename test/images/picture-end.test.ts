import { beforeAll, describe, expect, it } from 'vitest'
import type { ImageKind } from '#src/images/image-kind.js'
import { endsWhole, holdsProgram } from '#src/images/picture-end.js'
import { movingPicture, phonePhoto, plainPicture } from '../support/images/pictures.js'

const kinds = ['gif', 'jpeg', 'png', 'webp'] as const
const pictures = new Map<ImageKind, Buffer>()
beforeAll(async () => {
  for (const kind of kinds) pictures.set(kind, await plainPicture(kind, { width: 9, height: 7 }))
  pictures.set('jpeg', await phonePhoto({ width: 90, height: 70 }))
})
const pictureOf = (kind: ImageKind) => pictures.get(kind) ?? expect.fail('there is no such picture')
const withTail = (kind: ImageKind, ...tail: (Buffer | string)[]) =>
  Buffer.concat([pictureOf(kind), ...tail.map(part => Buffer.from(part))])

describe.each(kinds)('a %s', kind => {
  it('ends where its structure says', () => {
    expect(endsWhole(pictureOf(kind), kind)).toBe(true)
  })

  it('may be followed by padding, of zeros alone', () => {
    expect(endsWhole(withTail(kind, Buffer.alloc(64)), kind)).toBe(true)
    expect(endsWhole(withTail(kind, Buffer.alloc(64), '\x01'), kind)).toBe(false)
  })

  it('may be followed by nothing else', () => {
    for (const tail of ['x', '<p>', pictureOf('png')]) expect(endsWhole(withTail(kind, tail), kind)).toBe(false)
  })

  it('may not lack its last bytes', () => {
    // WebP is padded to an even length, so that one byte of it may be such padding.
    for (const lacking of [2, 5]) expect(endsWhole(pictureOf(kind).subarray(0, -lacking), kind)).toBe(false)
  })
})

describe('what follows a JPEG', () => {
  it('may be the smaller copies that a phone appends, and padding between them', () => {
    const copy = pictureOf('jpeg')
    expect(endsWhole(withTail('jpeg', copy), 'jpeg')).toBe(true)
    expect(endsWhole(withTail('jpeg', Buffer.alloc(9), copy, copy), 'jpeg')).toBe(true)
  })

  it('may not be a copy that has not come whole, or has something behind it', () => {
    const copy = pictureOf('jpeg')
    expect(endsWhole(withTail('jpeg', copy.subarray(0, -2)), 'jpeg')).toBe(false)
    expect(endsWhole(withTail('jpeg', copy, 'x'), 'jpeg')).toBe(false)
  })
})

describe('the structure of a JPEG', () => {
  const bytes = (...parts: number[]) => Buffer.from(parts)
  it.each([
    ['nothing but its two marks', [0xff, 0xd8, 0xff, 0xd9], true],
    ['fill bytes before a marker', [0xff, 0xd8, 0xff, 0xff, 0xff, 0xd9], true],
    ['a segment', [0xff, 0xd8, 0xff, 0xe0, 0, 3, 7, 0xff, 0xd9], true],
    ['a segment that is longer than the file', [0xff, 0xd8, 0xff, 0xe0, 0, 9, 7, 0xff, 0xd9], false],
    ['a segment without its length', [0xff, 0xd8, 0xff, 0xe0, 0], false],
    ['no marker where one must be', [0xff, 0xd8, 0, 0xd9], false],
    [
      'an end in the packed pixels, where FF 00 and FF D0 are none',
      [0xff, 0xd8, 0xff, 0xda, 0, 2, 5, 0xff, 0, 0xff, 0xd0, 0xff, 0xd7, 0xff, 0xd9],
      true,
    ],
    ['packed pixels without an end', [0xff, 0xd8, 0xff, 0xda, 0, 2, 5, 0xff, 0], false],
    ['no end', [0xff, 0xd8], false],
  ])('may have %s: %j', (_what, parts, isWhole) => {
    expect(endsWhole(bytes(...parts), 'jpeg')).toBe(isWhole)
  })
})

describe('the structure of a GIF', () => {
  const head = [...Buffer.from('GIF89a'), 1, 0, 1, 0]
  const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]
  it.each([
    ['without a table of colours', [...head, 0, 0, 0, 0x3b], true],
    ['with one of two colours', [...head, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x3b], true],
    ['with one that is cut short', [...head, 0x80, 0, 0, 1, 2, 3, 0x3b], false],
    ['with an extension and a picture', [...head, 0, 0, 0, 0x21, 0xf9, 1, 0, 0, ...frame, 0x3b], true],
    [
      'with a picture that has its own colours',
      [...head, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 1, 2, 3, 4, 5, 6, 2, 1, 9, 0, 0x3b],
      true,
    ],
    ['with a block that there is not', [...head, 0, 0, 0, 0x11, 0x3b], false],
    ['without an end', [...head, 0, 0, 0, ...frame], false],
  ])('%s', (_what, parts, isWhole) => {
    expect(endsWhole(Buffer.from(parts), 'gif')).toBe(isWhole)
  })

  it('may be that of a moving picture', async () => {
    expect(endsWhole(await movingPicture({ width: 8, height: 8 }), 'gif')).toBe(true)
  })
})

describe('what a browser or a server might run', () => {
  it.each(['<script', '<SCRIPT>', '<html', '<!DOCTYPE html', '<?php', '<svg xmlns', '<svg\nxmlns', '%PDF-1', '%pdf-2'])(
    'is found in a picture: %j',
    words => {
      expect(holdsProgram(withTail('png', words))).toBe(true)
    },
  )

  it('is a zip, whose directory is read from its end', () => {
    const [entry, end] = ['PK\x01\x02', 'PK\x05\x06']
    expect(holdsProgram(withTail('png', entry, 'x'.repeat(22), end))).toBe(true)
    expect(holdsProgram(withTail('png', entry, end, Buffer.alloc(65_553)))).toBe(true)
    expect(holdsProgram(withTail('png', entry, end, Buffer.alloc(65_554)))).toBe(false)
    expect(holdsProgram(withTail('png', entry))).toBe(false)
    expect(holdsProgram(withTail('png', end))).toBe(false)
  })

  it.each(['script', '<scrip', '%PDF-', '<svg', '<svg id="xmlns"', 'PK'])('is not %j', words => {
    expect(holdsProgram(withTail('png', words))).toBe(false)
  })

  it('is in no picture as cameras and programs make them', () => {
    for (const kind of kinds) expect(holdsProgram(pictureOf(kind))).toBe(false)
  })
})
