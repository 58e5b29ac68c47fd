// Long because every part of an item, and what is short for it, is tested here.
import { describe, expect, it } from 'vitest'
import type { Message, RoomSummary } from '#src/chat/engine.js'
import {
  digestOf,
  factsOf,
  hashEndings,
  hashItem,
  initialOf,
  renderChatItem,
  renderChatLine,
  tintOf,
  undeliveredIn,
} from '#src/rendering/chat-list.js'
import { viewContext } from '#src/rendering/renderer.js'
import { FakeClock } from '../support/fake-clock.js'
import { noneVanished } from '../support/live/events.js'

const noon = Date.UTC(2030, 0, 15, 12)
const viewer = { userId: 'ann', language: 'en', zone: 'UTC' } as const
const message: Message = {
  ...{ id: 'm5', roomId: 'r1', seq: 5, senderId: 'ben', nonce: 'n5', text: 'hello', image: null },
  ...{
    sentAt: noon,
    expiresAt: noon + 60_000,
    lifetimeMs: 60_000,
    keptTimes: 0,
    livesFrom: 'sent',
    hasBegun: true,
    replyTo: null,
  },
}
const summary: RoomSummary = {
  ...{
    id: 'r1',
    otherId: 'ben',
    presence: null,
    unread: 0,
    vanished: noneVanished,
    lastMessage: message,
    activeAt: noon,
    lifetimeMs: null,
  },
  ...{ mine: { delivered: 0, seen: 0 }, theirs: { delivered: 0, seen: 0 } },
}

function render(given: Partial<RoomSummary> = {}, item: Partial<Parameters<typeof renderChatItem>[3]> = {}): string {
  return renderChatItem({ ...summary, ...given }, viewer, viewContext(viewer), {
    ...{ name: 'Ben', isTyping: false, currentRoomId: null, clock: new FakeClock(noon + 1000) },
    ...item,
  })
}

/** What somebody reads of it. */
const wordsIn = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

describe('a chat in the list', () => {
  it('shows whose it is, the last message and its time, and leads to the chat', () => {
    const html = render()
    expect(wordsIn(html)).toBe('B Ben hello 12:00')
    expect(html).toContain('href="/chats/r1"')
    expect(html).toContain('data-remaining="59000"')
    expect(html).toContain(`tint-${tintOf('ben')}`)
  })

  it('says of one’s own message that it is', () => {
    expect(wordsIn(render({ lastMessage: { ...message, senderId: 'ann' } }))).toContain('You: hello')
  })

  it('shows no message and no time where there is none', () => {
    const html = render({ lastMessage: null })
    expect(wordsIn(html)).toBe('B Ben No messages')
    expect(html).toContain('data-remaining=""')
  })

  it('says where no message lives how many vanished unseen, until that was shown, and not beside its own page', () => {
    const vanished = { ...noneVanished, theirs: { total: 5, shown: 2, afterSeq: 5 } }
    const emptied = { lastMessage: null, vanished }
    expect(wordsIn(render(emptied))).toBe('B Ben 3 messages vanished unseen')
    expect(wordsIn(render(emptied, { currentRoomId: 'r1' }))).toBe('B Ben No messages')
    const shown = { ...noneVanished, theirs: { total: 5, shown: 5, afterSeq: 5 } }
    expect(wordsIn(render({ lastMessage: null, vanished: shown }))).toBe('B Ben No messages')
    const own = { ...noneVanished, mine: { total: 1, shown: 0, afterSeq: 5 } }
    expect(wordsIn(render({ lastMessage: null, vanished: own }))).toBe('B Ben 1 message vanished unseen')
  })

  it('shows a message’s first 120 characters', () => {
    const html = render({ lastMessage: { ...message, text: `${'x'.repeat(120)}y` } })
    expect(wordsIn(html)).toBe(`B Ben ${'x'.repeat(120)} 12:00`)
  })

  it('shows each line of a message from right to left apart, and one’s own apart from what says that it is', () => {
    const shown = (text: string, senderId = 'ben') => wordsIn(render({ lastMessage: { ...message, text, senderId } }))
    expect(shown('שלום.')).toBe('B Ben שלום. 12:00')
    expect(shown('hello\nשלום.')).toBe('B Ben \u2068hello\u2069 \u2068שלום.\u2069 12:00')
    const own = render({ lastMessage: { ...message, text: 'שלום.', senderId: 'ann' } })
    expect(own).toContain('<span>You:</span> <bdi>שלום.</bdi>')
    expect(shown('hello\nyou', 'ann')).toContain('You: hello you')
  })

  it('never cuts a message inside an emoji', () => {
    const family = '👨‍👩‍👧‍👦'
    for (let before = 108; before <= 121; before++) {
      const html = render({ lastMessage: { ...message, text: 'x'.repeat(before) + family } })
      const shown = 'x'.repeat(Math.min(before, 120)) + (before <= 120 - family.length ? family : '')
      expect(wordsIn(html)).toBe(`B Ben ${shown} 12:00`)
    }
  })

  it('has nothing left of a message’s time once it is over', () => {
    expect(render({}, { clock: new FakeClock(noon + 60_001) })).toContain('data-remaining="0"')
  })

  it('says the weekday of a message of another day, by the wall clock', () => {
    const clock = new FakeClock(noon)
    clock.apartMs = -3_600_000
    expect(wordsIn(render({}, { clock }))).toContain(' 11:00')
    expect(wordsIn(render({}, { clock: new FakeClock(noon + 86_400_000) }))).toContain('Tue 12:00')
  })

  it('shows that the other is typing in place of the message', () => {
    expect(wordsIn(render({}, { isTyping: true }))).toBe('B Ben is typing… 12:00')
  })

  it('shows whether the other is here', () => {
    const presence = { userId: 'ben', isOnline: true, lastSeen: null }
    expect(wordsIn(render({ presence }))).toContain('Online')
    expect(wordsIn(render({ presence: { ...presence, isOnline: false } }))).not.toContain('Online')
  })

  it('shows how many messages are unread, and none where none is', () => {
    expect(wordsIn(render({ unread: 3 }))).toContain('3 unread')
    expect(wordsIn(render())).not.toContain('unread')
  })

  it('is marked as the one that the page shows', () => {
    expect(render({}, { currentRoomId: 'r1' })).toContain('aria-current="page"')
    expect(render({}, { currentRoomId: 'r2' })).not.toContain('aria-current')
  })

  it('shows no more than 99 unread messages one by one', () => {
    expect(wordsIn(render({ unread: 99 }))).toContain('99 99 unread')
    expect(wordsIn(render({ unread: 100 }))).toContain('99+ 99+ unread')
  })

  it('escapes what people wrote', () => {
    const html = render({ lastMessage: { ...message, text: '<b>&' } }, { name: '<i>' })
    expect(html).toMatch(/&lt;b(?:>|&gt;)&amp;/)
    expect(html).not.toMatch(/<b>|<i>/)
  })
})

const someVanished = { ...noneVanished, theirs: { total: 1, shown: 0, afterSeq: 5 } }

describe('what a chat in the list shows, short', () => {
  const shown = (given: Partial<RoomSummary> = {}, item: Partial<Parameters<typeof factsOf>[2]> = {}) =>
    factsOf({ ...summary, ...given }, viewContext(viewer), {
      ...{ name: 'Ben', isTyping: false, currentRoomId: null, clock: new FakeClock(noon + 1000) },
      ...item,
    })
  const partsOf = (given: Partial<RoomSummary>, item: Partial<Parameters<typeof factsOf>[2]> = {}) => {
    const [before, after] = [shown(), shown(given, item)]
    return (['line', 'time', 'unread', 'rest'] as const).filter(part => before[part] !== after[part])
  }
  it('tells what vanished from no message, except beside the chat\u2019s own page', () => {
    const [none, some] = [{ lastMessage: null }, { lastMessage: null, vanished: someVanished }]
    expect(shown(none).line).not.toBe(shown(some).line)
    const own = { currentRoomId: 'r1' }
    expect(shown(none, own).line).toBe(shown(some, own).line)
  })

  const online = { userId: 'ben', isOnline: true, lastSeen: null }

  it('is the same whatever is left of its message', () => {
    const [now, later] = [1000, 2000].map(ms => shown({}, { clock: new FakeClock(noon + ms) }))
    expect(now).toEqual(later)
  })

  it.each<[string, Partial<RoomSummary>, Parameters<typeof partsOf>[1], string[]]>([
    ['another message', { lastMessage: { ...message, id: 'm6' } }, {}, ['line']],
    ['a message that was kept', { lastMessage: { ...message, expiresAt: noon + 120_000 } }, {}, ['line']],
    ['that the other types', {}, { isTyping: true }, ['line']],
    ['a message of another minute', { lastMessage: { ...message, sentAt: noon - 60_000 } }, {}, ['time']],
    ['no message', { lastMessage: null }, {}, ['line', 'time']],
    ['what vanished', { lastMessage: null, vanished: someVanished }, {}, ['line', 'time']],
    ['unread messages', { unread: 1 }, {}, ['unread']],
    ['that the other is here', { presence: online }, {}, ['rest']],
    ['another name', {}, { name: 'Bea' }, ['rest']],
    ['that the page shows it', {}, { currentRoomId: 'r1' }, ['rest']],
  ])('tells %s by its part, and has another number then', (_, given, item, parts) => {
    expect(partsOf(given, item)).toEqual(parts)
    expect(hashItem(shown(given, item))).not.toBe(hashItem(shown()))
  })

  it('is the same for what is read or delivered, which it does not show', () => {
    expect(partsOf({ theirs: { delivered: 5, seen: 5 } })).toEqual([])
    expect(hashItem(shown())).toBe(hashItem(shown({ theirs: { delivered: 5, seen: 5 } })))
  })

  it('holds no word of the message', () => {
    expect(JSON.stringify(shown())).not.toContain('hello')
  })

  it('has its line as the item has it', () => {
    const item = { name: 'Ben', isTyping: false, currentRoomId: null, clock: new FakeClock(noon + 1000) }
    expect(render()).toContain(renderChatLine(summary, viewer, viewContext(viewer), item).replace(' hx-swap-oob', ''))
  })

  it('is put together in order, of all items, as few letters for an address', () => {
    const big = 2 ** 40
    const digests = [[], [1], [1, 2], [2, 1], [big + 1], [big]].flatMap(items => [
      digestOf(items, 0),
      digestOf(items, 7),
    ])
    expect(new Set(digests).size).toBe(12)
    expect(digestOf(new Set([1, 2]), 0)).toBe(digestOf([1, 2], 0))
    for (const hashes of [[], [hashItem(shown())]]) expect(digestOf(hashes, 0)).toMatch(/^[a-z\d]{1,8}$/)
  })

  it('is nothing for no chats that ended, and another for each that did', () => {
    const ending = { roomId: 'r1', otherId: 'ben', reason: 'away', byId: null, expiresAt: noon } as const
    const hashes = [[], [ending], [{ ...ending, roomId: 'r2' }], [ending, ending]].map(hashEndings)
    expect(hashes[0]).toBe(0)
    expect(new Set(hashes).size).toBe(4)
  })
})

it.each([
  ['ben', 'B'],
  ['Özil', 'Ö'],
  ['𝒜lex', '𝒜'],
  ['ßa', 'SS'],
  ['', ''],
])('the letter shown for %j is %j', (name, letter) => {
  expect(initialOf(name)).toBe(letter)
})

it('a person has one of six colours, always the same', () => {
  expect(['', 'a', 'b', 'ab', 'ba'].map(tintOf)).toEqual([
    0,
    97 % 6,
    98 % 6,
    ((97 * 31 + 98) % 997) % 6,
    ((98 * 31 + 97) % 997) % 6,
  ])
  const tints = new Set(Array.from({ length: 200 }, (_, n) => tintOf(`person ${n}`)))
  expect([...tints].sort()).toEqual([0, 1, 2, 3, 4, 5])
})

describe('what a list shows that is not delivered yet', () => {
  it('is the last message of the other’s in a chat, unless it was delivered', () => {
    const idsOf = (given: Partial<RoomSummary>) => undeliveredIn([{ ...summary, ...given }]).map(({ id }) => id)
    expect(idsOf({})).toEqual(['m5'])
    expect(idsOf({ mine: { delivered: message.seq, seen: 0 } })).toEqual([])
    expect(idsOf({ lastMessage: { ...message, senderId: 'ann' } })).toEqual([])
    expect(idsOf({ lastMessage: null })).toEqual([])
  })
})
