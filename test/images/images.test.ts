// Long because every case of one behaviour stands here.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { Images } from '#src/images/images.js'
import { UploadFolder } from '#src/images/upload-folder.js'
import { createLog } from '#src/ops/log.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { FakeClock } from '../support/fake-clock.js'
import { picturesOf, startPictureServer } from '../support/images/picture-server.js'
import { movingPicture, plainPicture } from '../support/images/pictures.js'

const picture = () => plainPicture('png', { width: 40, height: 30 })

test('a picture goes with its message when the time of the shorter is over', async () => {
  const server = await startPictureServer({ IMAGE_TTL_MS: '1500', MESSAGE_TTL_MS: '60000' })
  try {
    await server.send(await picture(), { content: 'Both go' })
    const [address = ''] = await picturesOf(server.bob, server.chat)
    expect((await server.bob.get(address)).status).toBe(200)
    await expect.poll(server.sealed, { timeout: 3000 }).toEqual([])
    expect((await server.bob.get(address)).status).toBe(404)
    expect((await server.alice.get(address)).status).toBe(404)
    expect(await (await server.bob.get(server.chat)).text()).not.toContain('Both go')
  } finally {
    await server.stop()
  }
})

test('ending the chat ends its pictures, for both and at once', async () => {
  const server = await startPictureServer()
  try {
    await server.send(await picture())
    const [address = ''] = await picturesOf(server.bob, server.chat)
    await server.bob.post(`${server.chat}/end`, {}, server.chat)
    expect((await server.alice.get(address)).status).toBe(404)
    await expect.poll(server.sealed).toEqual([])
  } finally {
    await server.stop()
  }
})

describe('by the clock', () => {
  const minute = 60_000
  const clock = new FakeClock()
  let folder = ''
  let engine: MemoryEngine
  let images: Images
  let roomId = ''

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-pictures-'))
    engine = new MemoryEngine({
      clock,
      messageTtlMs: 60 * minute,
      messageTtlMaxMs: 60 * minute,
      roomGraceMs: 1440 * minute,
      roomMaxMessages: 100,
      maxBytes: 1e9,
      maxBytesPerPerson: 1e9,
      keepLonger: true,
    })
    images = new Images({
      rules: {
        ...{ maxWidth: 1280, maxHeight: 1280, quality: 80, uploadDir: folder, maxSize: 2_097_152 },
        ...{ maxHeldBytes: 1e9, maxHeldBytesPerPerson: 1e9 },
      },
      imageTtlMs: 60 * minute,
      rooms: roomsOn(engine),
      clock,
      log: createLog('silent'),
    })
    await images.start()
    roomId = (await engine.openRoom('alice', 'bob')).id
  })
  afterEach(async () => {
    await Promise.all([images.stop(), engine.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  const sealed = async () => (await readdir(folder)).filter(name => name.endsWith('.sealed'))
  const upload = async () =>
    images.accept({ roomId, userId: 'alice', bytes: await picture(), alt: '' }, new AbortController().signal)
  const send = async (imageId: string, nonce: string) => {
    const { image, lifetimeMs, settle } = await images.claim(imageId, roomId, 'alice', nonce)
    const { message } = await engine.sendMessage(roomId, 'alice', {
      nonce,
      text: '',
      image,
      mostLifetimeMs: lifetimeMs,
    })
    settle(message)
  }

  test('one that is never sent goes after five minutes', async () => {
    const { id } = await upload()
    await clock.advance(5 * minute - 1)
    expect(images.find(id, 'alice')).not.toBeNull()
    await clock.advance(1)
    expect(images.find(id, 'alice')).toBeNull()
    await expect.poll(sealed).toEqual([])
  })

  test('one that is sent stays for as long as its message', async () => {
    const { id } = await upload()
    await send(id, 'n1')
    await clock.advance(60 * minute - 1)
    expect(images.find(id, 'bob')).not.toBeNull()
    await clock.advance(1)
    expect(images.find(id, 'bob')).toBeNull()
    await expect.poll(sealed).toEqual([])
  })

  test('one whose message is kept for as long again is kept with it, and goes with it', async () => {
    const { id } = await upload()
    await send(id, 'n1')
    await clock.advance(59 * minute)
    await engine.keepLonger(roomId, 'bob')
    await clock.advance(61 * minute - 1)
    expect(images.find(id, 'bob')).not.toBeNull()
    await clock.advance(1)
    expect(images.find(id, 'bob')).toBeNull()
    await expect.poll(sealed).toEqual([])
  })

  test('only its own message may take it again', async () => {
    const { id } = await upload()
    await send(id, 'n1')
    await expect(images.claim(id, roomId, 'alice', 'n1')).resolves.toMatchObject({ image: { id } })
    await expect(images.claim(id, roomId, 'alice', 'n2')).rejects.toMatchObject({ code: 'image_not_found' })
    await expect(images.claim(id, roomId, 'bob', 'n1')).rejects.toMatchObject({ code: 'image_not_found' })
  })

  test('one that is not sent yet is known to its owner alone, and in its room alone', async () => {
    const { id } = await upload()
    const elsewhere = (await engine.openRoom('alice', 'cat')).id
    expect(images.findUnsent(id, roomId, 'alice')).toMatchObject({ id })
    expect([images.findUnsent(id, roomId, 'bob'), images.find(id, 'bob')]).toEqual([null, null])
    expect(images.findUnsent(id, elsewhere, 'alice')).toBeNull()
    await expect(images.claim(id, elsewhere, 'alice', 'n1')).rejects.toMatchObject({ code: 'image_not_found' })
    await send(id, 'n1')
    expect(images.findUnsent(id, roomId, 'alice')).toBeNull()
  })

  test('one of a blocked sender is seen by nobody else, and goes with its message', async () => {
    await engine.setPrivacy('bob', { sendsReceipts: true, sendsTyping: true, blocked: ['alice'] }, 0)
    const { id } = await upload()
    await send(id, 'n1')
    expect([images.find(id, 'bob'), images.find(id, 'alice')]).toEqual([null, expect.anything()])
    await clock.advance(60 * minute)
    expect(images.find(id, 'alice')).toBeNull()
    await expect.poll(sealed).toEqual([])
  })

  test('a refused message gives it free', async () => {
    const { id } = await upload()
    const { settle } = await images.claim(id, roomId, 'alice', 'n1')
    settle(null)
    await expect(images.claim(id, roomId, 'alice', 'n2')).resolves.toMatchObject({ image: { id } })
  })

  test.each(['ended', 'account deleted'])('with a room that is %s go the sent and the unsent', async how => {
    await send((await upload()).id, 'n1')
    await upload()
    if (how === 'ended') await engine.endRoom(roomId, 'bob')
    else await engine.forgetPerson('alice')
    await expect.poll(sealed).toEqual([])
  })

  test('with the account go the pictures that it did not send', async () => {
    const { id } = await upload()
    await engine.forgetPerson('alice')
    expect(images.find(id, 'alice')).toBeNull()
    await expect.poll(sealed).toEqual([])
  })

  test('whoever is still reading is cut', async () => {
    const { id } = await upload()
    await send(id, 'n1')
    const slow = new Writable({ highWaterMark: 1, write: () => {} })
    const parts = await (await images.find(id, 'bob'))?.open()
    const isCut = expect(parts && pipeline(parts, slow)).rejects.toMatchObject({ code: 'ABORT_ERR' })
    await clock.advance(60 * minute)
    await isCut
  })

  test('whoever begins to read it as it goes hears that it is not there', async () => {
    const { id } = await upload()
    const found = await images.find(id, 'alice')
    const opening = found?.open()
    await engine.endRoom(roomId, 'bob')
    await expect(opening).rejects.toMatchObject({ code: 'not_found' })
    await expect(found?.open()).rejects.toMatchObject({ code: 'not_found' })
    await expect.poll(sealed).toEqual([])
  })

  test.each([1, 2])('one that moves is kept with its still or not at all: write %i fails', async failing => {
    let writes = 0
    const writeNow = UploadFolder.prototype.write
    const write = vi.spyOn(UploadFolder.prototype, 'write').mockImplementation(function (this: UploadFolder, parts) {
      writes += 1
      return writes === failing ? Promise.reject(new Error('the disk is full')) : writeNow.call(this, parts)
    })
    onTestFinished(() => write.mockRestore())
    const bytes = await movingPicture({ width: 40, height: 30 })
    const uploading = images.accept({ roomId, userId: 'alice', bytes, alt: '' }, new AbortController().signal)
    await expect(uploading).rejects.toThrow('the disk is full')
    expect([writes, await sealed()]).toEqual([2, []])
  })

  test('a room that dissolves during the upload keeps nothing of it', async () => {
    const uploading = upload()
    await engine.endRoom(roomId, 'bob')
    await expect(uploading).rejects.toMatchObject({ code: 'not_found' })
    await expect.poll(sealed).toEqual([])
  })

  test('whoever goes away during the upload leaves nothing', async () => {
    const gone = new AbortController()
    const bytes = await picture()
    const uploading = images.accept({ roomId, userId: 'alice', bytes, alt: '' }, gone.signal)
    gone.abort()
    await expect(uploading).rejects.toMatchObject({ code: 'bad_request' })
    await expect.poll(sealed).toEqual([])
    expect(bytes.every(byte => byte === 0)).toBe(true)
  })
})
