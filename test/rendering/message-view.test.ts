// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import type { Message } from '#src/chat/engine.js'
import { type Predecessor, placeMessage, viewMessage, wordsOf } from '#src/rendering/message-view.js'
import { type ViewContext, viewContext } from '#src/rendering/renderer.js'
import type { SentenceKey, SentenceValues } from '#src/rendering/sentences.js'
import { Times } from '#src/rendering/times.js'
import { FakeClock } from '../support/fake-clock.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Noon of a Tuesday. */
const noon = Date.UTC(2030, 0, 15, 12)

/** Names a sentence and what is put into it. */
const t = (key: SentenceKey, values?: SentenceValues) => (values ? `${key} ${Object.values(values)}` : key)
const context: ViewContext = { ...viewContext({ language: 'en', zone: 'UTC' }), t, times: new Times('en', 'UTC', t) }

const message: Message = {
  ...{ id: 'm5', roomId: 'r1', seq: 5, senderId: 'ben', nonce: 'n5', text: 'hello', image: null },
  ...{
    sentAt: noon,
    expiresAt: noon + hourMs,
    lifetimeMs: hourMs,
    keptTimes: 0,
    livesFrom: 'sent',
    hasBegun: true,
    replyTo: null,
  },
}
const image = { id: 'i1', width: 640, height: 480, alt: 'a cat' }

const view = (given: Partial<Message> = {}, room: Partial<Parameters<typeof viewMessage>[1]> = {}) =>
  viewMessage(
    { ...message, ...given },
    {
      ...{ userId: 'ann', otherName: 'Ben', mine: { delivered: 0, seen: 0 }, theirs: { delivered: 0, seen: 0 } },
      ...{ clock: new FakeClock(noon + minuteMs), ...room },
    },
    context,
  )

describe('where a message stands', () => {
  const place = (given: Partial<Message>, before: Partial<Predecessor> | null) =>
    placeMessage({ ...message, ...given }, before && { ...message, ...before }, 'ann', context, new FakeClock())

  it('begins a day where none comes before it, and no run goes on', () => {
    expect(place({}, null)).toMatchObject({ day: 'Tuesday, January 15', continuesRun: false, continuesMinute: false })
  })

  it('goes on with a run of the same person within five minutes, and not after that', () => {
    const sentAt = noon - 5 * minuteMs
    expect(place({}, { senderId: 'ben', sentAt: sentAt + 1 })).toMatchObject({ day: '', continuesRun: true })
    expect(place({}, { senderId: 'ben', sentAt })).toMatchObject({ day: '', continuesRun: false })
  })

  it('goes on with no run of the other', () => {
    expect(place({}, { senderId: 'ann', sentAt: noon })).toMatchObject({ day: '', continuesRun: false })
  })

  it.each<[string, Partial<Predecessor>, boolean]>([
    ['the same minute', { sentAt: noon + 59_999 }, true],
    ['another minute', { sentAt: noon - 1 }, false],
    ['the other person', { senderId: 'ann' }, false],
    ['another lifetime', { lifetimeMs: 1 }, false],
  ])('goes on with a minute after a message of %s: %o', (_title, before, goesOn) => {
    expect(place({}, before).continuesMinute).toBe(goesOn)
  })

  it('begins a day, and no run goes on, past midnight', () => {
    const midnight = Date.UTC(2030, 0, 16)
    expect(place({ sentAt: midnight }, { senderId: 'ben', sentAt: midnight - 1 })).toMatchObject({
      day: 'Wednesday, January 16',
      continuesRun: false,
    })
  })

  it('is told by the wall clock', () => {
    const clock = new FakeClock()
    clock.apartMs = 24 * hourMs
    expect(placeMessage(message, null, 'ann', context, clock).day).toBe('Wednesday, January 16')
  })
})

describe('a message as it is shown', () => {
  it('of the other has their name, and reports that it is delivered and seen', () => {
    expect(view()).toEqual({
      ...{ id: 'm5', roomId: 'r1', seq: 5, nonce: 'n5', mine: false, author: 'Ben', text: 'hello', image: null },
      ...{ isEmoji: false, quote: null, hasOwnEnd: false },
      ...{ status: 'sent', sentAt: '12:00' },
      ...{ until: 'chat.gone 13:00', remainingMs: 59 * minuteMs, lifeAfterSeenMs: 0 },
      ...{ reportsDelivered: true, reportsSeen: true },
      // All else that its template is given.
      ...{
        reportKey: '',
        isOpen: false,
        day: '',
        continuesRun: false,
        continuesMinute: false,
        isNewest: false,
        ...context,
      },
    })
  })

  it.each([
    ['👍', true],
    ['👩‍👩‍👧 🇩🇪\n❤️', true],
    ['😀😀😀😀😀', true],
    ['😀😀😀😀😀😀', false],
    ['1', false],
    ['👍 ok', false],
    ['', false],
  ])('is large where %o is all of its text: %o', (text, isEmoji) => {
    expect(view({ text }).isEmoji).toBe(isEmoji)
  })

  it('of a reply says whom it quotes, where that message stands and how long it lives', () => {
    const replyTo = { id: 'm2', seq: 2, senderId: 'ann', excerpt: 'a cat', isPicture: false, expiresAt: noon + 90_000 }
    const quote = {
      id: 'm2',
      seq: 2,
      href: '/chats/r1?after=1#m-m2',
      author: 'chat.you',
      to: 'reply.toYou',
      text: 'a cat',
      stop: '.',
      remainingMs: 30_000,
    }
    expect(view({ replyTo }).quote).toEqual(quote)
    const ofPicture = { ...replyTo, senderId: 'ben', isPicture: true }
    expect(view({ replyTo: ofPicture }).quote).toMatchObject({
      ...{ author: 'Ben', to: 'reply.to Ben', text: 'chats.image a cat' },
    })
    for (const excerpt of ['At ten.', 'At ten?', '“At ten!”', 'متى؟']) {
      expect(view({ replyTo: { ...replyTo, excerpt } }).quote).toMatchObject({ text: excerpt, stop: '' })
    }
    expect(view({ replyTo: { ...ofPicture, excerpt: '' } }).quote).toMatchObject({ text: 'chats.imagePlain' })
  })

  it('says how long it lives once it is seen, if that is still to come and it is of the other', () => {
    const waiting: Partial<Message> = { livesFrom: 'seen', lifetimeMs: 5 * minuteMs, hasBegun: false }
    expect(view(waiting).lifeAfterSeenMs).toBe(5 * minuteMs)
    expect(view({ ...waiting, hasBegun: true }).lifeAfterSeenMs).toBe(0)
    expect(view({ ...waiting, senderId: 'ann' }).lifeAfterSeenMs).toBe(0)
  })

  it('of one’s own is said to be so, and reports nothing', () => {
    expect(view({ senderId: 'ann' })).toMatchObject({
      ...{ mine: true, author: 'chat.you', reportsDelivered: false, reportsSeen: false },
    })
  })

  it('has its status by the cursors of whoever received it', () => {
    const [theirs, mine] = [
      { delivered: 5, seen: 4 },
      { delivered: 9, seen: 9 },
    ]
    expect(view({ senderId: 'ann' }, { theirs, mine }).status).toBe('delivered')
    expect(view({}, { theirs, mine }).status).toBe('seen')
  })

  it.each([
    [{ delivered: 4, seen: 4 }, true, true],
    [{ delivered: 5, seen: 4 }, false, true],
    [{ delivered: 5, seen: 5 }, false, false],
  ])('of the other reports what is not known yet: with %j', (mine, reportsDelivered, reportsSeen) => {
    expect(view({}, { mine })).toMatchObject({ reportsDelivered, reportsSeen })
  })

  it('reports that it is delivered from the one on that reports for those before it', () => {
    expect([4, 5, 6].map(deliversFrom => view({}, { deliversFrom }).reportsDelivered)).toEqual([true, true, false])
    expect(view({ seq: 0 }, { mine: { delivered: -1, seen: -1 } }).reportsDelivered).toBe(true)
  })

  it('tells the second of its end where it lives for less than two minutes', () => {
    const short = (lifetimeMs: number) => view({ lifetimeMs, expiresAt: noon + 61_000 }).until
    expect([short(119_999), short(120_000)]).toEqual(['chat.gone 12:01:01', 'chat.gone 12:01'])
  })

  it('says the weekday of what is of another day than now', () => {
    const clock = new FakeClock(noon + 24 * hourMs)
    expect(view({ expiresAt: noon + 25 * hourMs }, { clock })).toMatchObject({
      sentAt: 'Tue 12:00',
      until: 'chat.gone 13:00',
    })
  })

  it('has nothing left of its time once that is over, and is kept where it was put off', () => {
    const clock = new FakeClock(noon + hourMs + 1)
    expect(view({ keptTimes: 1 }, { clock })).toMatchObject({
      remainingMs: 0,
      until: 'chat.kept 13:00',
      hasOwnEnd: true,
    })
  })

  it('that waits to be seen says how long it lives then, and goes unseen at its end', () => {
    const waiting = view({ livesFrom: 'seen', hasBegun: false, lifetimeMs: 300_000 })
    expect(waiting).toMatchObject({ until: 'chat.untilSeen 5 minutes', remainingMs: 59 * minuteMs })
    expect(view({ livesFrom: 'seen', lifetimeMs: 300_000 }).until).toBe('chat.gone 13:00')
  })

  it('has its times by the wall clock, and what is left by the other', () => {
    const clock = new FakeClock(noon + minuteMs)
    clock.apartMs = -2 * hourMs
    expect(view({}, { clock })).toMatchObject({
      ...{ sentAt: '10:00', until: 'chat.gone 11:00' },
      ...{ remainingMs: 59 * minuteMs },
    })
  })

  it('has a picture by its address, size and description', () => {
    const { id, ...shown } = image
    const urls = { url: `/images/${id}`, stillUrl: `/images/${id}/still` }
    expect(view({ image }).image).toEqual({
      ...{ ...shown, ...urls, words: 'chats.image a cat.', moves: false, looks: '' },
    })
    expect(view({ image: { ...image, moves: true } }).image).toMatchObject({ ...urls, moves: true })
  })

  it('says what a picture is shown on, and what shape it has', () => {
    const looks = (given: object) => view({ image: { ...image, ...given } }).image?.looks
    expect([looks({ ground: 'light' }), looks({ ground: 'dark' })]).toEqual(['on-light', 'on-dark'])
    expect([looks({ width: 100, height: 301 }), looks({ width: 301, height: 100 })]).toEqual(['tall', 'wide'])
    expect(looks({ width: 100, height: 301, ground: 'dark' })).toBe('tall on-dark')
  })

  it('says whose a picture without a description is', () => {
    const bare = { ...image, alt: '' }
    expect(view({ image: bare }).image).toMatchObject({
      alt: 'picture.from Ben',
      words: 'picture.undescribed.',
    })
    expect(view({ image: bare, senderId: 'ann' }).image?.alt).toBe('picture.fromYou')
  })
})

it.each([
  ['text alone', { text: 'hello', image: null }, 'hello'],
  ['a picture with a description', { text: '', image }, 'chats.image a cat'],
  ['a picture without one', { text: '', image: { ...image, alt: '' } }, 'chats.imagePlain'],
  ['both', { text: 'hello', image }, 'chats.image a cat. hello'],
  [
    'a picture whose description ends with a sign, and text',
    { text: 'hello', image: { ...image, alt: 'a cat?' } },
    'chats.image a cat? hello',
  ],
])('where there is room for words alone a message of %s is said by them', (_what, given, words) => {
  expect(wordsOf(given, t)).toBe(words)
})

it('keeps the direction of a description apart from that of the words before it', () => {
  expect(wordsOf({ text: '', image: { ...image, alt: 'قطة.' } }, t)).toBe('chats.image \u2068قطة.\u2069')
})
