import { PassThrough } from 'node:stream'
import express, { type Request } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { wipingStorage } from '#src/http/pictures/wiping-storage.js'
import { HeldUploads } from '#src/images/held-uploads.js'

const maxSize = 200_000

/** Keeps a file that comes in these pieces; the answer is what is kept of it, and what it was counted as. */
async function keep(pieces: readonly Buffer[], refuseAt = Number.POSITIVE_INFINITY) {
  const held = new HeldUploads(maxSize).begin('ann', () => {})
  const [grown, received, onPiece] = [vi.spyOn(held, 'grow'), vi.spyOn(held, 'receive'), vi.fn()]
  const storage = wipingStorage(maxSize, () => held, onPiece)
  const stream = new PassThrough()
  const request: Request = Object.create(express.request)
  const file = {
    stream,
    fieldname: 'image',
    originalname: '',
    encoding: '',
    mimetype: '',
    size: 0,
    destination: '',
    filename: '',
    path: '',
    buffer: Buffer.alloc(0),
  }
  const kept = new Promise<Buffer>((resolve, reject) =>
    storage._handleFile(request, file, (error, info) => (info?.buffer ? resolve(info.buffer) : reject(error))),
  )
  for (const [index, piece] of pieces.entries()) {
    if (index === refuseAt) held.refuse(new ChatError('rate_limited'))
    stream.write(piece)
    await vi.waitFor(() => expect(onPiece).toHaveBeenCalledTimes(index + 1), 15_000)
  }
  stream.end()
  const bytes = await kept
  return {
    bytes,
    held,
    storage,
    request,
    file,
    grown: grown.mock.calls.flat(),
    received: received.mock.calls.flat(),
    told: onPiece.mock.calls.map(([, size]) => size),
  }
}

const isWiped = (bytes: Buffer) => bytes.every(byte => byte === 0)

describe('an upload', () => {
  it('is kept whole, however it comes, and its pieces are overwritten', async () => {
    const pieces = [Buffer.alloc(40_000, 1), Buffer.alloc(40_000, 2), Buffer.alloc(40_000, 3), Buffer.from([4])]
    const copy = Buffer.concat(pieces)
    const { bytes, grown, received, told } = await keep(pieces)
    expect(bytes.equals(copy)).toBe(true)
    expect(pieces.every(isWiped)).toBe(true)
    expect(received).toEqual([40_000, 40_000, 40_000, 1])
    expect(told).toEqual(received)
    // A buffer of 64 KiB at first, then twice as much: never more than the largest file.
    expect(grown).toEqual([65_536, 65_536])
  })

  it('takes no more than the largest file may have', async () => {
    const { grown } = await keep([Buffer.alloc(130_000, 1), Buffer.alloc(2000, 2)])
    expect(grown).toEqual([130_000, 70_000])
  })

  it('that is refused on the way is read to its end, and nothing of it is kept', async () => {
    const pieces = [Buffer.alloc(1000, 1), Buffer.alloc(1000, 2), Buffer.alloc(1000, 3)]
    const { told, bytes, grown } = await keep(pieces, 1)
    expect(told).toEqual([1000, 1000, 1000])
    expect(grown).toEqual([65_536])
    expect(bytes.includes(2)).toBe(false)
    expect(pieces.every(isWiped)).toBe(true)
  })

  it('that is too large is refused', async () => {
    const held = new HeldUploads(maxSize).begin('ann', () => {})
    const stream = new PassThrough()
    const request: Request = Object.create(express.request)
    const file = {
      stream,
      fieldname: 'image',
      originalname: '',
      encoding: '',
      mimetype: '',
      size: 0,
      destination: '',
      filename: '',
      path: '',
      buffer: Buffer.alloc(0),
    }
    wipingStorage(
      maxSize,
      () => held,
      () => {},
    )._handleFile(request, file, () => {})
    stream.emit('limit')
    expect(held.refusal).toMatchObject({ code: 'image_too_large' })
  })

  it('is overwritten when multer takes it back', async () => {
    const { storage, request, file } = await keep([Buffer.from('x')])
    const buffer = Buffer.from('kept')
    const done = vi.fn()
    storage._removeFile(request, { ...file, buffer }, done)
    expect(done).toHaveBeenCalledExactlyOnceWith(null)
    expect(isWiped(buffer)).toBe(true)
  })
})
