import { beforeAll, describe, expect, it } from 'vitest'
import { holdsProgram, pictureIn } from '#src/images/picture-end.js'
import type { ImageKind } from '#src/picture-kind.js'
import { pictureTrailers } from '../field/picture-trailers.js'
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

/** How many bytes of a file are its picture; null if it has not come whole. */
const lengthIn = (bytes: Buffer, kind: ImageKind) => pictureIn(bytes, kind)?.length ?? null

describe.each(kinds)('a %s', kind => {
  it('ends where its structure says', () => {
    expect(lengthIn(pictureOf(kind), kind)).toBe(pictureOf(kind).length)
  })

  it.each(pictureTrailers)('is taken without what follows it: %s', (_what, trailer) => {
    expect(lengthIn(withTail(kind, trailer), kind)).toBe(pictureOf(kind).length)
  })

  it('is taken without a smaller copy behind it, or another picture', () => {
    for (const other of [pictureOf(kind), pictureOf('png')])
      expect(lengthIn(withTail(kind, Buffer.alloc(9), other), kind)).toBe(pictureOf(kind).length)
  })
})

describe.each(['gif', 'png', 'webp'] as const)('a %s', kind => {
  it('that has not come whole is none', () => {
    // WebP is padded to an even length, so that one byte of it may be such padding.
    for (const lacking of [2, 5, 20]) expect(lengthIn(pictureOf(kind).subarray(0, -lacking), kind)).toBeNull()
  })
})

describe('the structure of a JPEG', () => {
  const bytes = (...parts: number[]) => Buffer.from(parts)
  it.each([
    ['nothing but its two marks', [0xff, 0xd8, 0xff, 0xd9], 4],
    ['fill bytes before a marker', [0xff, 0xd8, 0xff, 0xff, 0xff, 0xd9, 7, 7], 6],
    ['a segment', [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0xff, 0xd9, 0xff, 0xd9, 7, 7], 10],
    [
      'an end in the packed pixels, where FF 00 and FF D0 are none',
      [0xff, 0xd8, 0xff, 0xda, 0, 2, 5, 0xff, 0, 0xff, 0xd0, 0xff, 0xd7, 0xff, 0xd9, 7, 7],
      15,
    ],
  ])('may have %s: %j', (_what, parts, length) => {
    expect(lengthIn(bytes(...parts), 'jpeg')).toBe(length)
  })

  it.each([
    ['a segment that is longer than the file', [0xff, 0xd8, 0xff, 0xe0, 0, 9, 7, 0xff, 0xd9]],
    ['a segment without its length', [0xff, 0xd8, 0xff, 0xe0, 0]],
    ['no marker where one must be', [0xff, 0xd8, 0, 0xd9]],
    ['packed pixels without an end', [0xff, 0xd8, 0xff, 0xda, 0, 2, 5, 0xff, 0]],
    ['no end', [0xff, 0xd8]],
  ])('that has %s is left to be decoded as it is: %j', (_what, parts) => {
    expect(lengthIn(bytes(...parts), 'jpeg')).toBe(parts.length)
  })
})

describe('the structure of a GIF', () => {
  const head = [...Buffer.from('GIF89a'), 1, 0, 1, 0]
  const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]
  it.each([
    ['without a table of colours', [...head, 0, 0, 0, ...frame, 0x3b], 0],
    ['with one of two colours', [...head, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, ...frame, 0x3b], 0],
    ['with an extension and a picture', [...head, 0, 0, 0, 0x21, 0xf9, 1, 0, 0, ...frame, 0x3b], 0],
    [
      'with a picture that has its own colours',
      [...head, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 1, 2, 3, 4, 5, 6, 2, 1, 9, 0, 0x3b],
      0,
    ],
    ['without a picture', [...head, 0, 0, 0, 0x3b], 0],
    ['without its last byte', [...head, 0, 0, 0, ...frame], 0],
    ['with zeros in place of its last byte', [...head, 0, 0, 0, ...frame, 0, 0, 0], 3],
    ['with another byte in place of its last', [...head, 0, 0, 0, ...frame, 0x11, 0x3b], 2],
  ])('%s', (_what, parts, beyond) => {
    expect(lengthIn(Buffer.from(parts), 'gif')).toBe(parts.length - beyond)
  })

  it.each([
    ['with a table of colours that is cut short', [...head, 0x80, 0, 0, 1, 2, 3, 0x3b]],
    ['with a block that there is not, before any picture', [...head, 0, 0, 0, 0x11, 0x3b]],
    ['without a picture and an end', [...head, 0, 0, 0]],
    ['with a picture that is cut short', [...head, 0, 0, 0, ...frame.slice(0, -1)]],
    ['with a second picture that is cut short', [...head, 0, 0, 0, ...frame, ...frame.slice(0, -2)]],
  ])('%s is none', (_what, parts) => {
    expect(lengthIn(Buffer.from(parts), 'gif')).toBeNull()
  })

  it('may be that of a moving picture', async () => {
    const moving = await movingPicture({ width: 8, height: 8 })
    expect(lengthIn(moving, 'gif')).toBe(moving.length)
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
