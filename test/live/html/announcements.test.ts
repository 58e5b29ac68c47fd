import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AnnouncementKind, announcementKinds } from '#src/accounts/settings.js'
import type { Message } from '#src/chat/engine.js'
import { Announcements } from '#src/live/html/announcements.js'
import { viewContext } from '#src/rendering/renderer.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const context = viewContext({ language: 'en', zone: null })

function begin(kinds: readonly AnnouncementKind[] = announcementKinds) {
  const said: string[] = []
  const say = (html: string) => said.push(html.replace(/<[^>]+>/g, ''))
  const announcements = new Announcements(context, kinds, say, () => said.push('(taken back)'))
  announcements.begin('Sam', true)
  return { said, announcements }
}

let lastSeq = 0
function messageOf(text: string): Message {
  lastSeq += 1
  return {
    id: `m${lastSeq}`,
    roomId: 'room',
    seq: lastSeq,
    senderId: 'sam',
    text,
    image: null,
    replyTo: null,
    nonce: `n${lastSeq}`,
    sentAt: 0,
    lifetimeMs: 1,
    keptTimes: 0,
    livesFrom: 'sent',
    hasBegun: true,
    expiresAt: 1,
  }
}

describe('what is spoken', () => {
  it('is a message once, and a burst as a count', () => {
    const { said, announcements } = begin()
    announcements.add(messageOf('hello'))
    vi.advanceTimersByTime(1399)
    expect(said).toEqual([])
    vi.advanceTimersByTime(1)
    for (let index = 0; index < 4; index += 1) announcements.add(messageOf('more'))
    vi.advanceTimersByTime(60_000)
    expect(said).toEqual(['Sam: hello', '4 new messages'])
  })

  it('is the description of a picture, and that there is none, as the page shows it', () => {
    const { said, announcements } = begin()
    const picture = { id: 'p1', width: 4, height: 3, alt: 'A ferry', moves: false }
    announcements.add({ ...messageOf(''), image: picture })
    vi.advanceTimersByTime(1400)
    announcements.add({ ...messageOf('from today'), image: { ...picture, alt: '' } })
    vi.advanceTimersByTime(1400)
    expect(said).toEqual(['Sam: Picture: A ferry', 'Sam: Picture, no description. from today'])
  })

  it('is only the count of a message that is left of a long burst', () => {
    const { said, announcements } = begin()
    const burst = [1, 2, 3, 4].map(number => messageOf(`text ${number}`))
    for (const message of burst) announcements.add(message)
    for (const { id } of burst.slice(0, 3)) announcements.drop(id)
    vi.advanceTimersByTime(60_000)
    expect(said).toEqual(['1 new message'])
  })

  it('is taken back with its message, and never begun for one that is gone', () => {
    const { said, announcements } = begin()
    const [spoken, unspoken] = [messageOf('spoken'), messageOf('unspoken')]
    announcements.add(spoken)
    vi.advanceTimersByTime(1400)
    announcements.add(unspoken)
    announcements.drop(unspoken.id)
    announcements.drop(spoken.id)
    vi.advanceTimersByTime(60_000)
    expect(said).toEqual(['Sam: spoken', '(taken back)'])
  })

  it('is typing that shows for longer than a single key does, once until a message or half a minute of quiet', () => {
    const { said, announcements } = begin()
    announcements.noteTyping(true)
    vi.advanceTimersByTime(2499)
    announcements.noteTyping(false)
    vi.advanceTimersByTime(5000)
    expect(said).toEqual([])
    for (let index = 0; index < 3; index += 1) {
      announcements.noteTyping(true)
      vi.advanceTimersByTime(3000)
      announcements.noteTyping(false)
      vi.advanceTimersByTime(3000)
    }
    expect(said).toEqual(['Sam is typing'])
    vi.advanceTimersByTime(30_000)
    announcements.noteTyping(true)
    vi.advanceTimersByTime(2500)
    expect(said).toEqual(['Sam is typing', 'Sam is typing'])
    announcements.add(messageOf('hello'))
    announcements.noteTyping(false)
    announcements.noteTyping(true)
    vi.advanceTimersByTime(2500)
    expect(said).toEqual(['Sam is typing', 'Sam is typing', 'Sam: hello', 'Sam is typing'])
  })

  it('is coming and going that lasts ten seconds, and no flicker', () => {
    const { said, announcements } = begin()
    for (const isOnline of [false, true, false, true]) {
      announcements.notePresence(isOnline)
      vi.advanceTimersByTime(9999)
    }
    vi.advanceTimersByTime(60_000)
    expect(said).toEqual([])
    announcements.notePresence(false)
    vi.advanceTimersByTime(10_000)
    announcements.notePresence(true)
    vi.advanceTimersByTime(10_000)
    expect(said).toEqual(['Sam is offline', 'Sam is online'])
  })

  it('is what the other chose last, once they have stopped choosing, and one’s own choice at once', () => {
    const { said, announcements } = begin()
    for (let index = 0; index < 20; index += 1) {
      announcements.noteEvent({ what: 'lifetime', byId: 'sam' }, 'me', `Sam chose ${index}`)
      announcements.noteEvent({ what: 'erasure', byId: 'sam' }, 'me', `Sam switched ${index}`)
      vi.advanceTimersByTime(1399)
    }
    expect(said).toEqual([])
    vi.advanceTimersByTime(1)
    expect(said).toEqual(['Sam chose 19', 'Sam switched 19'])
    announcements.noteEvent({ what: 'lifetime', byId: 'sam' }, 'me', 'Sam chose again')
    announcements.noteEvent({ what: 'lifetime', byId: 'me' }, 'me', 'You chose')
    vi.advanceTimersByTime(60_000)
    expect(said.slice(2)).toEqual(['You chose'])
  })

  it('is nothing that happened in a chat that has ended since', () => {
    const { said, announcements } = begin()
    announcements.noteEvent({ what: 'lifetime', byId: 'sam' }, 'me', 'Sam chose')
    announcements.dropAll()
    vi.advanceTimersByTime(60_000)
    expect(said).toEqual([])
  })

  it('is what was missed, as a count, and nothing when that is none', () => {
    const { said, announcements } = begin()
    announcements.addMissed(0)
    vi.advanceTimersByTime(60_000)
    announcements.addMissed(4)
    vi.advanceTimersByTime(60_000)
    expect(said).toEqual(['4 new messages'])
  })

  it.each(announcementKinds)('is %s only where that is wanted', kind => {
    const others = announcementKinds.filter(each => each !== kind)
    const sentences = { messages: 'Sam: hello', typing: 'Sam is typing', presence: 'Sam is offline', sent: 'Sent' }
    const sayAll = (kinds: readonly AnnouncementKind[]) => {
      const { said, announcements } = begin(kinds)
      announcements.noteTyping(true)
      announcements.noteSent()
      announcements.notePresence(false)
      vi.advanceTimersByTime(10_000)
      announcements.add(messageOf('hello'))
      vi.advanceTimersByTime(10_000)
      return said.sort()
    }
    expect(sayAll([kind])).toEqual([sentences[kind]])
    expect(sayAll(others)).toEqual(others.map(each => sentences[each]).sort())
  })
})
