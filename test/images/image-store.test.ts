import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { type ImagePart, ImageStore, type StoredImage } from '#src/images/image-store.js'
import { SealedImage } from '#src/images/sealed-image.js'
import { UploadFolder } from '#src/images/upload-folder.js'
import { createLog } from '#src/ops/log.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { FakeClock } from '../support/fake-clock.js'

const ref = { id: 'picture', width: 3, height: 2, alt: 'A dot' }
const unsentMs = 300_000
const log = createLog('silent')
let path = ''
let folder: UploadFolder
let clock: FakeClock
let store: ImageStore
let engine: MemoryEngine
let room = ''
let otherRoom = ''

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ephemeral-chat-store-'))
  folder = new UploadFolder(path, log)
  await folder.open()
  clock = new FakeClock()
  store = new ImageStore(clock, log)
  const bytes = { maxBytes: 1e9, maxBytesPerPerson: 1e9 }
  engine = new MemoryEngine({
    clock,
    messageTtlMs: 1e9,
    messageTtlMaxMs: 1e9,
    roomGraceMs: 1e9,
    roomMaxMessages: 100,
    keepLonger: true,
    ...bytes,
  })
  roomsOn(engine).onNotice(notice => store.take(notice))
  room = (await engine.openRoom('alice', 'bob')).id
  otherRoom = (await engine.openRoom('alice', 'carol')).id
})
afterEach(async () => {
  await Promise.all([store.stop(), engine.stop()])
  await folder.close()
  await rm(path, { recursive: true, force: true })
})

async function stored(text: string): Promise<StoredImage> {
  return { size: text.length, sealed: await SealedImage.seal(Buffer.from(text), folder) }
}

/** A picture of Alice's for the room that she has with Bob; the answer is when it goes unless it is sent. */
async function add(id = ref.id): Promise<number> {
  return store.add({ ...ref, id }, room, 'alice', await stored('the picture'), null)
}

async function send(lifetimeMs: number, nonce = 'n1', id = ref.id): Promise<void> {
  const image = store.claim(id, room, 'alice', nonce)
  await engine.sendMessage(room, 'alice', { nonce, text: '', image, mostLifetimeMs: lifetimeMs })
}

const isFound = (userId: string, id = ref.id) => store.find(id, userId) !== null
const sealedFiles = async () => (await readdir(path)).filter(name => name.endsWith('.sealed'))

it('is its sender’s alone until it is sent, and both people’s from then on', async () => {
  await add()
  expect(['alice', 'bob', 'carol'].map(each => isFound(each))).toEqual([true, false, false])
  await send(1000)
  expect(['alice', 'bob', 'carol'].map(each => isFound(each))).toEqual([true, true, false])
  const found = store.find(ref.id, 'bob')
  expect(found?.size).toBe(11)
  expect(String(await buffer((await found?.open()) ?? expect.fail('there is no picture')))).toBe('the picture')
})

it('has a still, for those who may see it and as long as it lives; one that does not move is its own', async () => {
  await add()
  store.add({ ...ref, id: 'moving' }, room, 'alice', await stored('the moving picture'), await stored('a frame'))
  const read = async (id: string, part: ImagePart) => {
    const found = store.find(id, 'alice', part)
    return found && [found.size, String(await buffer(await found.open()))]
  }
  expect(await read('moving', 'whole')).toEqual([18, 'the moving picture'])
  expect(await read('moving', 'still')).toEqual([7, 'a frame'])
  expect(await read(ref.id, 'still')).toEqual([11, 'the picture'])
  expect(store.find('moving', 'bob', 'still')).toBeNull()
  await send(1000, 'n1', 'moving')
  const beingRead = store.find('moving', 'bob', 'still')
  await clock.advance(1000)
  expect(await read('moving', 'still')).toBeNull()
  await expect(beingRead?.open()).rejects.toMatchObject({ code: 'not_found' })
  await expect.poll(async () => (await sealedFiles()).length).toBe(1)
})

it('is sent in its own room alone, by its own sender alone', async () => {
  await add()
  for (const [roomId, userId] of [
    [otherRoom, 'alice'],
    [otherRoom, 'carol'],
    [room, 'bob'],
    [room, 'carol'],
  ] as const) {
    expect(() => store.claim(ref.id, roomId, userId, 'n1')).toThrow(
      expect.objectContaining({ code: 'image_not_found' }),
    )
  }
  expect(() => store.claim('nothing', room, 'alice', 'n1')).toThrow('image_not_found')
  expect(store.claim(ref.id, room, 'alice', 'n1')).toEqual(ref)
})

it('is described to its sender alone, in its own room, until it is sent', async () => {
  await add()
  expect(store.findUnsent(ref.id, room, 'alice')).toEqual(ref)
  expect(store.findUnsent(ref.id, room, 'bob')).toBeNull()
  expect(store.findUnsent(ref.id, otherRoom, 'alice')).toBeNull()
  expect(store.findUnsent('nothing', room, 'alice')).toBeNull()
  await send(1000)
  expect(store.findUnsent(ref.id, room, 'alice')).toBeNull()
})

it('goes with one message: another may have it once that was refused, and none once it is sent', async () => {
  await add()
  store.claim(ref.id, room, 'alice', 'n1')
  expect(store.claim(ref.id, room, 'alice', 'n1')).toEqual(ref)
  expect(() => store.claim(ref.id, room, 'alice', 'n2')).toThrow('image_not_found')
  store.release(ref.id)
  await send(1000, 'n2')
  store.release(ref.id)
  expect(() => store.claim(ref.id, room, 'alice', 'n3')).toThrow('image_not_found')
  expect(store.claim(ref.id, room, 'alice', 'n2')).toEqual(ref)
})

it('goes after five minutes when it is not sent, to the millisecond, though no timer has run', async () => {
  expect(await add()).toBe(clock.now() + unsentMs)
  clock.jump(unsentMs - 1)
  expect([isFound('alice'), store.findUnsent(ref.id, room, 'alice')]).toEqual([true, ref])
  clock.jump(1)
  expect([isFound('alice'), store.findUnsent(ref.id, room, 'alice')]).toEqual([false, null])
  expect(() => store.claim(ref.id, room, 'alice', 'n1')).toThrow('image_not_found')
  await clock.advance(0)
  await expect.poll(sealedFiles).toEqual([])
})

it('stays for as long as its message, be that longer or shorter than five minutes', async () => {
  await add()
  await add('second')
  await send(2 * unsentMs)
  await send(1000, 'n2', 'second')
  clock.jump(1000)
  expect([isFound('bob'), isFound('bob', 'second')]).toEqual([true, false])
  await clock.advance(2 * unsentMs - 1001)
  expect(isFound('bob')).toBe(true)
  await expect.poll(async () => (await sealedFiles()).length).toBe(1)
  await clock.advance(1)
  expect(isFound('bob')).toBe(false)
  await expect.poll(sealedFiles).toEqual([])
})

it('is dropped when no message was sent with it, and kept when one was', async () => {
  await add()
  await add('second')
  await send(1000)
  store.discard(ref.id)
  store.discard('second')
  store.discard('nothing')
  expect([isFound('alice'), isFound('alice', 'second')]).toEqual([true, false])
  await expect.poll(async () => (await sealedFiles()).length).toBe(1)
})

it.each(['the chat', 'the account'])('goes with the others of its room, sent and unsent, when %s ends', async what => {
  await add()
  await add('second')
  await send(1000)
  const kept = { ...ref, id: 'of another room' }
  store.add(kept, otherRoom, 'alice', await stored('another'), null)
  if (what === 'the chat') await engine.endRoom(room, 'bob')
  else await engine.forgetPerson('bob')
  expect([isFound('alice'), isFound('alice', 'second'), isFound('alice', kept.id)]).toEqual([false, false, true])
  await expect.poll(async () => (await sealedFiles()).length).toBe(1)
})

it('is shown to nobody but its sender where its message is held', async () => {
  await engine.setPrivacy('bob', { sendsReceipts: true, sendsTyping: true, blocked: ['alice'] }, 0)
  await add()
  await send(1000)
  expect(['alice', 'bob'].map(each => isFound(each))).toEqual([true, false])
})

it('leaves no file and no timer behind when the server stops', async () => {
  await add()
  await add('second')
  await send(1000)
  const waiting = clock.waiting
  await store.stop()
  expect([await sealedFiles(), isFound('alice'), isFound('alice', 'second')]).toEqual([[], false, false])
  // Of the two that were unsent at first, one still had its own timer.
  expect(clock.waiting).toBe(waiting - 1)
})
