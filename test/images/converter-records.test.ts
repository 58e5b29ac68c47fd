import { describe, expect, it } from 'vitest'
import { answerRecords, lengthOf, RecordReader, readAnswer, readyRecord } from '#src/images/converter-records.js'

const written = (...records: Buffer[]) => Buffer.concat(records.flatMap(record => [lengthOf(record), record]))
const isWiped = (bytes: Buffer) => bytes.every(byte => byte === 0)

function takeAll(reader: RecordReader): string[] {
  const taken: string[] = []
  for (let record = reader.take(); record; record = reader.take()) taken.push(record.toString())
  return taken
}

describe('a reader of records', () => {
  it.each([1, 2, 3, 5, 100])('gives whole records of pieces of %i bytes, and overwrites the pieces', size => {
    const bytes = written(Buffer.from('first'), Buffer.alloc(0), Buffer.from('a longer one'))
    const reader = new RecordReader()
    const pieces: Buffer[] = []
    const taken: string[] = []
    for (let at = 0; at < bytes.length; at += size) {
      const piece = Buffer.from(bytes.subarray(at, at + size))
      pieces.push(piece)
      reader.add(piece)
      taken.push(...takeAll(reader))
    }
    expect(taken).toEqual(['first', '', 'a longer one'])
    expect(pieces.every(isWiped)).toBe(true)
  })

  it('has none before the last byte of one has come', () => {
    const reader = new RecordReader()
    expect(reader.take()).toBeNull()
    const bytes = written(Buffer.from('ab'))
    reader.add(bytes.subarray(0, 3))
    expect(reader.take()).toBeNull()
    reader.add(bytes.subarray(3, 5))
    expect(reader.take()).toBeNull()
    reader.add(bytes.subarray(5))
    expect(reader.take()?.toString()).toBe('ab')
    expect(reader.take()).toBeNull()
  })

  it('gives several that came as one piece, each a copy of its own', () => {
    const reader = new RecordReader()
    const piece = written(Buffer.from('one'), Buffer.from('two'))
    reader.add(piece)
    const first = reader.take()
    first?.fill('x')
    expect(reader.take()?.toString()).toBe('two')
    expect(isWiped(piece)).toBe(true)
  })

  it('overwrites what has come of an unfinished one, and begins anew', () => {
    const reader = new RecordReader()
    const pieces = [Buffer.from([0, 0, 0, 9, 1, 2]), Buffer.from([3, 4])]
    for (const piece of pieces) reader.add(piece)
    reader.wipe()
    expect(pieces.every(isWiped)).toBe(true)
    reader.add(written(Buffer.from('next')))
    expect(takeAll(reader)).toEqual(['next'])
  })

  it('knows a length of more than three bytes', () => {
    expect(lengthOf(Buffer.alloc(16_777_217))).toEqual(Buffer.from([1, 0, 0, 1]))
    expect(readyRecord.toString()).toBe('ready')
  })
})

describe('an answer', () => {
  it('of a picture comes back with its bytes and its size', () => {
    const picture = { bytes: Buffer.from('webp'), still: Buffer.from('first'), width: 640, height: 480, ground: null }
    const [head, bytes, still] = answerRecords(picture)
    expect([bytes, still]).toEqual([picture.bytes, picture.still])
    expect([head.includes('webp'), head.includes('first')]).toEqual([false, false])
    expect(readAnswer(head, bytes, still)).toEqual(picture)
  })

  it('of a picture that does not move has no still, and may have a ground', () => {
    const picture = { bytes: Buffer.from('webp'), still: null, width: 640, height: 480, ground: 'dark' as const }
    expect(readAnswer(...answerRecords(picture))).toEqual(picture)
  })

  it.each(['image_invalid', 'image_too_large', 'image_too_many_pixels', 'image_unsupported'] as const)(
    'of %s comes back as such',
    code => {
      const [head, bytes, still] = answerRecords(code)
      expect([bytes.length, still.length]).toEqual([0, 0])
      expect(readAnswer(head, bytes, still)).toBe(code)
    },
  )

  it('of anything else is none', () => {
    expect(() => readAnswer(Buffer.from('{"problem":"other"}'), Buffer.alloc(0), Buffer.alloc(0))).toThrow()
  })
})
