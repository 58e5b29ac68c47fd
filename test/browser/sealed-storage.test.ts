import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SealedStorage } from '#src/browser/sealed-storage.js'
import { deriveDraftKey, maskKey } from '#src/http/draft-key.js'
import { TabStorage } from '../support/tab-storage.js'

const handedTo = (userId: string, secret = 'a secret of at least thirty-two characters') =>
  maskKey(deriveDraftKey(secret, userId))

let place: TabStorage
let left: string
const open = (handed = handedTo('ann')) => new SealedStorage(place, () => left).open(handed)
/** Resolves once the tab keeps something else than before. */
const kept = (before: string | null = null) =>
  vi.waitFor(() => {
    const sealed = place.getItem('sealed')
    expect(sealed).not.toBe(before)
    return sealed
  })

beforeEach(() => {
  place = new TabStorage()
  left = ''
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe('what a tab keeps', () => {
  it('is given back to a later page of the same person, whatever is in it', async () => {
    const storage = await open()
    storage.setItem('draft', 'half a thought — الفكرة 🙂')
    storage.setItem('outbox', '')
    expect(storage.getItem('draft')).toBe('half a thought — الفكرة 🙂')
    await kept()
    await vi.waitFor(async () => expect((await open()).getItem('outbox')).toBe(''), 15_000)
    const later = await open()
    expect(later.getItem('draft')).toBe('half a thought — الفكرة 🙂')
    expect(later.getItem('nothing')).toBeNull()
  })

  it('is one text that tells neither names nor values, and another for the same values', async () => {
    const storage = await open()
    storage.setItem('draft ann ben', 'PLANTED')
    const first = await kept()
    storage.setItem('draft ann ben', 'PLANTED')
    const second = await kept(first)
    expect(place.size).toBe(1)
    for (const sealed of [first, second]) {
      expect(`${sealed} ${Buffer.from(String(sealed), 'base64').toString('latin1')}`).not.toMatch(
        /PLANTED|ann|ben|draft/,
      )
    }
  })

  it.each([
    ['of somebody else', () => handedTo('ben')],
    [
      'of the same person after a restart with another secret',
      () => handedTo('ann', 'another secret, as long as the first'),
    ],
  ])('is removed by a page %s', async (_, handed) => {
    const storage = await open()
    storage.setItem('draft', 'half a thought')
    await kept()
    expect((await open(handed())).getItem('draft')).toBeNull()
    expect(place.size).toBe(0)
  })

  it('is removed by the first page after somebody has left, also when its tab slept', async () => {
    const storage = await open()
    storage.setItem('draft', 'half a thought')
    await kept()
    left = 'somebody has left'
    expect((await open()).getItem('draft')).toBeNull()
    expect(place.size).toBe(0)
  })

  it('is removed by a page of nobody once somebody has left, which needs no key, and by none before', async () => {
    const storage = await open()
    storage.setItem('draft', 'half a thought')
    await kept()
    expect([new SealedStorage(place, () => left), place.size]).toEqual([expect.anything(), 1])
    left = 'somebody has left'
    expect([new SealedStorage(place, () => left), place.size]).toEqual([expect.anything(), 0])
  })

  it.each(['not Base64 at all', '', '.AAAA', '.not Base64', `.${btoa('x'.repeat(60))}`])(
    'is removed when it is broken: %j',
    async broken => {
      place.setItem('sealed', broken)
      const storage = await open()
      expect([storage.holdsSomething, place.getItem('sealed') || null]).toEqual([false, null])
      storage.setItem('draft', 'goes on')
      await vi.waitFor(async () => expect((await open()).getItem('draft')).toBe('goes on'), 15_000)
    },
  )

  it('is the newest after many changes in one go, and nothing once all is removed', async () => {
    const storage = await open()
    for (let length = 1; length <= 200; length += 1) storage.setItem('draft', 'x'.repeat(length))
    await vi.waitFor(async () => expect((await open()).getItem('draft')).toHaveLength(200), 15_000)
    storage.removeItem('draft')
    await vi.waitFor(() => expect(place.size).toBe(0), 15_000)
    expect(storage.holdsSomething).toBe(false)
  })

  it('is nothing when it is emptied while it is being sealed', async () => {
    const storage = await open()
    storage.setItem('draft', 'half a thought')
    storage.removeItem('draft')
    await storage.handOver(handedTo('ann'))
    expect(place.size).toBe(0)
  })
})

describe('somebody who leaves', () => {
  it('leaves nothing, at once, and nothing that is being sealed or written later', async () => {
    const storage = await open()
    storage.setItem('draft', 'half a thought')
    await kept()
    storage.setItem('draft', 'half a thought more')
    storage.forget()
    expect([place.size, storage.getItem('draft'), storage.holdsSomething]).toEqual([0, null, false])
    storage.setItem('draft', 'typed on')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(place.size).toBe(0)
  })
})

it('is sealed anew for the key that a person is handed when they log in again', async () => {
  const storage = await open()
  storage.setItem('draft', 'half a thought')
  await kept()
  const handed = handedTo('ann', 'the secret of the next run of the server')
  await storage.handOver(handed)
  expect((await open(handed)).getItem('draft')).toBe('half a thought')
})

it('lives in the page alone, and is lost with it, where the browser cannot encrypt', async () => {
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  const storage = await open()
  storage.setItem('draft', 'half a thought')
  expect(storage.getItem('draft')).toBe('half a thought')
  expect([storage.holdsSomething, storage.losesSomething]).toEqual([false, true])
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(place.size).toBe(0)
  expect((await open()).getItem('draft')).toBeNull()
  storage.removeItem('draft')
  expect(storage.losesSomething).toBe(false)
})

it('is not lost with the page where the browser can encrypt, nor once the person has left', async () => {
  const storage = await open()
  storage.setItem('draft', 'half a thought')
  expect(storage.losesSomething).toBe(false)
  storage.forget()
  storage.setItem('draft', 'typed on')
  expect(storage.losesSomething).toBe(false)
})
