import { buffer } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Clock } from '#src/chat/clock.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import type { ImagePart } from '#src/images/image-store.js'
import type { PictureCaps } from '#src/images/picture-space.js'
import type { PictureStore } from '#src/images/picture-store.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'

/** Makes an empty store; `isMember` says who is one of a room's two people. */
export type MakePictureStore = (
  clock: Clock,
  isMember: (roomId: string, userId: string) => Promise<boolean>,
  caps: PictureCaps,
) => Promise<PictureStore>

const wide: PictureCaps = { maxHeldBytes: 1e9, maxHeldBytesPerPerson: 1e9 }
/** What the smallest picture counts for. */
const one = 4096

/** A store under test with the engine whose notices it hears. */
export async function beginPictures(makeStore: MakePictureStore, caps = wide) {
  const clock = new FakeClock()
  const engine = new MemoryEngine({ ...generous, clock })
  const store = await makeStore(clock, (...asked) => engine.isMember(...asked), caps)
  await store.start()
  const work: unknown[] = []
  roomsOn(engine).onNotice(notice => work.push(store.take(notice)))
  const settle = async () => void (await Promise.all(work.splice(0)))
  onTestFinished(async () => {
    await settle()
    await store.stop()
    await engine.stop()
  })
  const room = (await engine.openRoom('alice', 'bob')).id
  const otherRoom = (await engine.openRoom('alice', 'carol')).id
  const ref = { id: 'picture-1', width: 3, height: 2, alt: 'A dot' }
  const add = (id = ref.id, still: string | null = null) =>
    store.add({ ...ref, id, ...(still && { moves: true }) }, room, 'alice', {
      ...{ bytes: Buffer.from(`the bytes of ${id}`), still: still === null ? null : Buffer.from(still) },
    })
  const send = async (lifetimeMs = 60_000, nonce = 'n1', id = ref.id) => {
    const image = await store.claim(id, room, 'alice', nonce)
    const sent = await engine.sendMessage(room, 'alice', { nonce, text: '', image, mostLifetimeMs: lifetimeMs })
    await store.noteSent(id, sent.message.expiresAt)
    await settle()
    return sent.message
  }
  const read = async (userId: string, id = ref.id, part: ImagePart = 'whole') => {
    const found = await store.find(id, userId, part)
    return found && `${await buffer(await found.open())}`
  }
  return { clock, engine, store, room, otherRoom, ref, add, send, read, settle }
}

/** What every place of pictures must do. */
export function describePictureStore(name: string, makeStore: MakePictureStore): void {
  const begin = (caps?: PictureCaps) => beginPictures(makeStore, caps)
  const people = ['alice', 'bob', 'carol']

  describe(`pictures kept ${name}`, () => {
    test('are their sender’s alone until they are sent, and both people’s from then on', async () => {
      const { add, send, read } = await begin()
      const { size } = await add()
      expect(size).toBe(22)
      const whole = 'the bytes of picture-1'
      expect(await Promise.all(people.map(each => read(each)))).toEqual([whole, null, null])
      await send()
      expect(await Promise.all(people.map(each => read(each)))).toEqual([whole, whole, null])
      expect(await read('alice', 'another')).toBe(null)
    })

    test('leave nothing in the bytes that were given', async () => {
      const { store, ref, room } = await begin()
      const [bytes, still] = [Buffer.from('whole'), Buffer.from('still')]
      await store.add(ref, room, 'alice', { bytes, still })
      expect([...bytes, ...still].every(byte => byte === 0)).toBe(true)
    })

    test('have a still if they move, and are their own if they do not', async () => {
      const { add, read } = await begin()
      await add()
      await add('moving', 'a frame')
      expect(await read('alice', 'moving', 'still')).toBe('a frame')
      expect(await read('alice', 'moving')).toBe('the bytes of moving')
      expect(await read('alice', 'picture-1', 'still')).toBe('the bytes of picture-1')
    })

    test('are claimed by one message of their sender, in their room, until that is refused', async () => {
      const { store, room, otherRoom, ref, add } = await begin()
      await add()
      const refused = { code: 'image_not_found' }
      const claim = async (...[roomId, userId, nonce]: [string, string, string]) =>
        store.claim(ref.id, roomId, userId, nonce)
      await expect(claim(otherRoom, 'alice', 'n1')).rejects.toMatchObject(refused)
      await expect(claim(room, 'bob', 'n1')).rejects.toMatchObject(refused)
      expect(await claim(room, 'alice', 'n1')).toEqual(ref)
      expect(await claim(room, 'alice', 'n1')).toEqual(ref)
      await expect(claim(room, 'alice', 'n2')).rejects.toMatchObject(refused)
      await store.release(ref.id)
      expect(await claim(room, 'alice', 'n2')).toEqual(ref)
    })

    test('say what they are to their sender until they are sent', async () => {
      const { store, room, otherRoom, ref, add, send } = await begin()
      await add()
      expect(await store.findUnsent(ref.id, room, 'alice')).toEqual(ref)
      expect(await store.findUnsent(ref.id, otherRoom, 'alice')).toBe(null)
      expect(await store.findUnsent(ref.id, room, 'bob')).toBe(null)
      await send()
      expect(await store.findUnsent(ref.id, room, 'alice')).toBe(null)
    })

    test('are refused to who holds their share, and to all once it is too much, until some are gone', async () => {
      const caps = { maxHeldBytes: 3 * one, maxHeldBytesPerPerson: 2 * one }
      const { store, room, ref, add, send } = await begin(caps)
      const addFor = async (ownerId: string) =>
        store.add({ ...ref, id: `of ${ownerId}` }, room, ownerId, { bytes: Buffer.from('bytes'), still: null })
      const admit = async (ownerId: string) => store.admit(ownerId)
      await add()
      await add('second')
      await expect(add('third')).rejects.toMatchObject({ code: 'person_full' })
      await expect(admit('alice')).rejects.toMatchObject({ code: 'person_full' })
      await admit('bob')
      await addFor('bob')
      await expect(addFor('carol')).rejects.toMatchObject({ code: 'server_full' })
      await expect(admit('carol')).rejects.toMatchObject({ code: 'server_full' })
      expect([await store.readHeldBytes(), await store.find('third', 'alice')]).toEqual([3 * one, null])
      await send()
      await expect(admit('alice')).rejects.toMatchObject({ code: 'person_full' })
      await store.discard('second')
      await expect.poll(() => store.readHeldBytes()).toBe(2 * one)
      await addFor('carol')
    })

    test('count with their stills, and no longer once their message is gone', async () => {
      const { store, clock, add, send, settle } = await begin()
      await add(undefined, 'a frame')
      await send(1000)
      expect(await store.readHeldBytes()).toBe(2 * one)
      await clock.advance(1000)
      await settle()
      await expect.poll(() => store.readHeldBytes()).toBe(0)
    })

    test('are both people’s after a refusal that came though the message was sent', async () => {
      const { store, ref, add, send, read } = await begin()
      await add()
      await send()
      await store.release(ref.id)
      expect(await read('bob')).not.toBe(null)
    })

    test('go when they are given up, with their message, and with their room', async () => {
      const { store, clock, engine, room, add, send, read, settle } = await begin()
      await add('given-up')
      await store.discard('given-up')
      await add()
      await send(1000)
      await clock.advance(1000)
      await settle()
      await add('in-room')
      await send(60_000, 'n2', 'in-room')
      expect([await read('alice', 'given-up'), await read('alice'), await read('bob')]).toEqual([null, null, null])
      expect(await read('bob', 'in-room')).not.toBe(null)
      await engine.endRoom(room, 'bob')
      await settle()
      expect([await read('alice', 'in-room'), await read('bob', 'in-room')]).toEqual([null, null])
    })
  })
}
