// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import { messageOf, noon, viewOf, wordsIn } from '../../support/live/events.js'
import { pageOn } from '../../support/live/page-on.js'

const unread = { delivered: 0, seen: 0 }
const cursors = { mine: unread, theirs: unread }
const mine = (seq: number) => messageOf(seq, { senderId: 'ann' })
/** The messages that a page is to report once they come into view. */
const unseenIn = (html: string) => [...html.matchAll(/data-message-id="([^"]*)"[^>]* data-unseen/g)].map(([, id]) => id)
/** The messages that a page is to report as delivered. */
const undeliveredIn = (html: string) =>
  [...html.matchAll(/data-message-id="([^"]*)"[^>]* data-undelivered/g)].map(([, id]) => id)

describe('a room that is read', () => {
  it('is the viewer’s, by the window that is asked for, with the name of the other', async () => {
    const { page, readRoom, namesOf } = pageOn()
    const view = viewOf()
    readRoom.mockResolvedValue(view)
    const ask = { of: 'newest', limit: 3 } as const
    expect(await page.readRoom('r1', ask)).toEqual({ view, otherName: 'Ben' })
    await page.readRoom('r2')
    expect(readRoom.mock.calls).toEqual([
      ['r1', 'ann', ask],
      ['r2', 'ann', undefined],
    ])
    expect(namesOf.mock.calls).toEqual([[['ben']]])
  })

  it('may be with somebody who is not known', async () => {
    const { page, namesOf } = pageOn()
    namesOf.mockResolvedValue(new Map())
    expect((await page.readRoom('r1')).otherName).toBe('')
  })
})

describe('a message', () => {
  it('is rendered as the other’s, with what it reports and the key of its report', () => {
    const html = pageOn().page.renderArticle(messageOf(1), 'Ben', cursors, 'key1')
    expect(html).toMatch(/^<article /)
    expect(html).toContain('aria-label="Ben"')
    expect(html).toContain('data-unseen="key1" data-undelivered')
  })

  it('is rendered as one’s own, with how far it has come', () => {
    const html = pageOn().page.renderArticle(
      mine(1),
      'Ben',
      { mine: unread, theirs: { delivered: 1, seen: 0 } },
      'key1',
    )
    expect(html).toContain('aria-label="You"')
    expect(html).toContain('data-status="delivered"')
    expect(html).not.toContain('key1')
  })

  it('is a row of the list, with its day, unless the message before is of the same day', () => {
    const { page } = pageOn()
    const first = page.renderRow(messageOf(1), 'Ben', cursors, 'key1', null)
    expect(first).toContain('data-day="Tuesday, January 15"')
    expect(first).toContain('<li id="m-m1" class="theirs"')
    const next = page.renderRow(messageOf(2), 'Ben', cursors, 'key1', messageOf(1))
    expect(next).not.toContain('data-day')
    expect(next).toContain('<li id="m-m2" class="theirs run same"')
  })

  it('is of the day by the wall clock', () => {
    const { page, clock } = pageOn()
    expect(page.dayOf(messageOf(1))).toBe('Tuesday, January 15')
    clock.apartMs = 12 * 3_600_000
    expect(page.dayOf(messageOf(1))).toBe('Wednesday, January 16')
  })
})

describe('the messages of a window', () => {
  it('are rows in order, of which only the first has a day', async () => {
    const html = await pageOn().page.renderMessages(viewOf({ messages: [messageOf(1), mine(2)] }), 'Ben', 'key1')
    expect(html.match(/id="m-[^"]*"|data-day|id="survivors"/g)).toEqual(['data-day', 'id="m-m1"', 'id="m-m2"'])
    expect(html).toContain('aria-label="Ben"')
  })

  it('report delivery by the newest of the other’s alone', async () => {
    const messages = [messageOf(1), messageOf(2), mine(3)]
    const html = await pageOn().page.renderMessages(viewOf({ messages }), 'Ben', 'key1')
    expect(undeliveredIn(html)).toEqual(['m2'])
    expect(unseenIn(html)).toEqual(['m1', 'm2'])
  })

  it('report nothing that was reported', async () => {
    const view = viewOf({ mine: { delivered: 2, seen: 1 }, theirs: { delivered: 9, seen: 9 } })
    const html = await pageOn().page.renderMessages(view, 'Ben', 'key1')
    expect([undeliveredIn(html), unseenIn(html)]).toEqual([[], ['m2']])
  })

  it('have come as far as the other has read', async () => {
    const view = viewOf({ messages: [mine(1), mine(2)], theirs: { delivered: 2, seen: 1 }, mine: unread })
    const html = await pageOn().page.renderMessages(view, 'Ben', 'key1')
    expect(html.match(/data-status="\w+"/g)).toEqual(['data-status="seen"', 'data-status="delivered"'])
  })

  it('show the word of a status at the newest of one’s own alone', async () => {
    const messages = [mine(1), mine(2), messageOf(3)]
    const html = await pageOn().page.renderMessages(viewOf({ messages }), 'Ben', 'key1')
    expect(html.match(/id="m-[^"]*" class="(?:[^"]* )?newest\b/g)).toEqual(['id="m-m2" class="mine newest'])
  })

  it('leave out what has gone, to the millisecond', async () => {
    const messages = [messageOf(1, { expiresAt: noon + 1000 }), messageOf(2, { expiresAt: noon + 1001 })]
    const html = await pageOn().page.renderMessages(viewOf({ messages }), 'Ben', 'key1')
    expect(html.match(/id="m-[^"]*"/g)).toEqual(['id="m-m2"'])
  })

  it('follow those that still stand on the page, which learn how far they have come', async () => {
    const survivors = [
      { from: 1, to: 3 },
      { from: 5, to: 5 },
    ]
    const view = viewOf({ ...{ survivors, previous: messageOf(5), messages: [messageOf(6), messageOf(7)] } })
    const theirs = { delivered: 4, seen: 2 }
    const html = await pageOn().page.renderMessages({ ...view, theirs, mine: unread }, 'Ben', 'key1')
    expect(html).toMatch(/^<li id="survivors" hidden data-ranges="1-3 5-5" data-delivered="4" data-seen="2">/)
    expect(html).not.toContain('data-day')
    expect(html).toContain('<li id="m-m6" class="theirs run same"')
  })

  it('begin with a day where nothing stands before them', async () => {
    for (const survivors of [[], null]) {
      const html = await pageOn().page.renderMessages(viewOf({ survivors, previous: messageOf(0) }), 'Ben', 'key1')
      expect(html).not.toContain('id="survivors"')
      expect(html).toContain('data-day')
    }
  })
})

describe('the ways through a room', () => {
  it('lead before the first message of a window, if there are any', () => {
    const { page } = pageOn()
    const view = viewOf({ messages: [messageOf(7), messageOf(8)], previous: messageOf(4) })
    expect(page.renderEarlier(view)).toContain('href="/chats/r1?before=7"')
    expect(page.renderEarlier({ ...view, messages: [] })).toContain('href="/chats/r1?before=5"')
    const none = page.renderEarlier({ ...view, previous: null })
    expect(none).toMatch(/^<a\s+hidden/)
    expect(none).not.toContain('href')
  })

  it('lead after its last message, unless nothing follows', () => {
    const { page } = pageOn()
    expect(page.renderLater('r1', { from: 1, to: 9, isOpenEnded: false })).toContain('/chats/r1?after=9#earlier')
    expect(page.renderLater('r1', { from: 1, to: 9, isOpenEnded: true })).toBe('')
  })

  it('leave an iframe', () => {
    const { page } = pageOn()
    const window = { from: 1, to: 9, isOpenEnded: false }
    const both = [page.renderEarlier(viewOf()), page.renderLater('r1', window)]
    expect(both.join()).not.toContain('target="_top"')
    for (const html of [page.renderEarlier(viewOf(), true), page.renderLater('r1', window, true)]) {
      expect(html).toContain('target="_top"')
    }
  })

  it('lead to the newest message, with how many are not shown', () => {
    const { page } = pageOn()
    expect(page.renderJump('r1', 3)).toContain('href="/chats/r1?newest"')
    expect(page.renderJump('r1', 3)).toMatch(/id="later-count"[^>]*>3</)
    expect(page.renderJump('r1', 0)).not.toContain('href=')
  })
})

describe('the button of updates', () => {
  it('pauses them, or resumes them when they are paused', () => {
    const { page } = pageOn()
    expect(page.renderPause('r1', false)).toMatch(/hx-post="\/chats\/r1\/updates".*"paused":"yes".*Pause updates/s)
    expect(page.renderPause('r1', true)).toMatch(/"paused":"no".*Resume updates/s)
    expect(page.renderPaused('r1', true)).toMatch(/hx-post="\/chats\/r1\/updates".*"paused":"no".*Resume updates/s)
    expect(page.renderPaused('r1', false)).toBe('')
  })
})

describe('presence', () => {
  const wordsFor = (presence: Parameters<ReturnType<typeof pageOn>['page']['renderPresence']>[0]) =>
    wordsIn(pageOn().page.renderPresence(presence, 300_000))
  const away = { userId: 'ben', isOnline: false, lastSeen: noon - 3_600_000 }

  it('is that somebody is online, with a mark', () => {
    expect(wordsFor({ ...away, isOnline: true })).toBe('Online')
    const render = (isOnline: boolean) => pageOn().page.renderPresence({ ...away, isOnline }, 300_000)
    expect([render(true).includes('class="dot"'), render(false).includes('class="dot"')]).toEqual([true, false])
    expect(render(true)).toContain('data-life="300000"')
  })

  it('is when somebody was seen last, by the wall clock, or that they are not here', () => {
    expect(wordsFor(away)).toBe('Last seen 11:00')
    expect(wordsFor({ ...away, lastSeen: null })).toBe('Offline')
    expect(wordsFor(null)).toBe('Offline')
    const { page, clock } = pageOn()
    clock.apartMs = 7_200_000
    expect(wordsIn(page.renderPresence(away, 300_000))).toContain('Last seen 13:00')
  })
})

describe('the title', () => {
  it('is that of the page or of a chat, with what is unread', () => {
    const { page } = pageOn()
    expect(page.renderTitle('Chats', 0)).toBe('Chats · Ephemeral Chat')
    expect(page.renderTitle(page.titleOf('Ben'), 0)).toBe('Chat with Ben · Ephemeral Chat')
    expect(page.renderTitle(page.titleOf('Ben'), 3)).toBe('(3) Chat with Ben · Ephemeral Chat')
  })
})

describe('what a page shows', () => {
  it('is written with the run of the server and the language of the page', () => {
    const { page } = pageOn('ann', 'de')
    const state = { epoch: 'e', version: 7, digest: 'd', window: null, vanished: null, isPaused: false }
    expect(page.formatState(state)).toBe('s1.e.7.d.de')
  })

  it('is gone with its room, or after a restart, when it goes on by itself', async () => {
    const { page, listEndings } = pageOn()
    const shown = {
      ...{ epoch: 'e', version: 7, digest: 'd', language: null },
      window: null,
      vanished: null,
      isPaused: false,
    }
    const erased = await page.renderGone('r1', { ...shown, server: 's1' })
    expect(erased).toContain('This chat is gone and its messages are erased.')
    expect(erased).not.toContain('data-goes-on')
    const remembered = { otherId: 'ben', reason: 'ended', byId: 'ben', expiresAt: noon } as const
    listEndings.mockResolvedValue([{ roomId: 'r1', ...remembered }])
    expect(await page.renderGone('r1', { ...shown, server: 's1' })).toContain('Ben ended this chat.')
    expect(await page.renderGone('r2', { ...shown, server: 's1' })).toBe(erased)
    listEndings.mockResolvedValue([{ ...remembered, roomId: 'r1', otherId: 'nobody', byId: 'nobody' }])
    const forGood = await page.renderGone('r1', { ...shown, server: 's1' })
    expect(forGood).toContain('account was deleted')
    expect([erased, forGood].map(html => html.includes('start a new one'))).toEqual([true, false])
    const restarted = await page.renderGone('r1', { ...shown, server: 's0' })
    expect(restarted).toContain('The server restarted, so earlier messages are gone.')
    expect(restarted).toContain('data-goes-on')
  })

  it('is that they have blocked the other, to whoever has', async () => {
    const { page, hasBlocked } = pageOn()
    hasBlocked.mockImplementation(async (userId, otherId) => userId === 'ann' && otherId === 'ben')
    const blocked = await page.renderBlocked('ben')
    expect(blocked).toContain('You blocked Ben')
    expect(blocked).toContain('formaction="/people/ben/unblock"')
    expect(await page.renderBlocked('cem')).toBe('')
  })
})
