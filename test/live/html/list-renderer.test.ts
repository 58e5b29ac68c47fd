import { describe, expect, it } from 'vitest'
import { digestOf, hashItem } from '#src/rendering/chat-list.js'
import { messageOf, noon, summaryOf, wordsIn } from '../../support/live/events.js'
import { pageOn } from '../../support/live/page-on.js'

const withBen = summaryOf('r1', { lastMessage: messageOf(1), unread: 2 })
const withCem = summaryOf('r2', { otherId: 'cem' })

/** Ann's list of chats: with ben and with cem, with three unread messages in all. */
function start(hasEarlier = false) {
  const stage = pageOn()
  stage.listRooms.mockResolvedValue({ rooms: [withBen, withCem], hasEarlier, totalUnread: 3 })
  return { ...stage, list: stage.page.list }
}

describe('the list of chats', () => {
  it('shows each chat with the name of the other, in order, and says how much is unread', async () => {
    const { list, namesOf } = start()
    const { html, totalUnread } = await list.render(null)
    expect(wordsIn(html)).toMatch(/^B Ben text 1 12:00 2 2 unread C Cem No messages$/)
    expect(totalUnread).toBe(3)
    expect(namesOf.mock.calls).toEqual([[['ben', 'cem']]])
  })

  it('is the newest hundred of the viewer’s, or those after one', async () => {
    const { list, listRooms } = start()
    await list.render(null)
    await list.render(null, 'r9')
    expect(listRooms.mock.calls).toEqual([
      ['ann', { limit: 100, before: undefined }],
      ['ann', { limit: 100, before: 'r9' }],
    ])
  })

  it('comes with a hash of each item, and a digest of all', async () => {
    const { list } = start()
    const { hashes, digest } = await list.render(null)
    expect([...hashes]).toEqual([withBen, withCem].map(room => [room.id, hashItem(list.factsOf(room, null))]))
    expect(digest).toBe(digestOf(hashes.values(), 0))
  })

  it('leads to the chats after the last of it, if there are any', async () => {
    expect((await start(true).list.render(null)).more).toContain('href="/chats?before=r2"')
    expect((await start(false).list.render(null)).more).toBe('')
  })

  it('is empty where there is no chat', async () => {
    const { list, listRooms } = start()
    listRooms.mockResolvedValue({ rooms: [], hasEarlier: true, totalUnread: 0 })
    expect(await list.render(null)).toEqual({
      html: '',
      endings: { html: '', hash: 0 },
      hashes: new Map(),
      digest: digestOf([], 0),
      totalUnread: 0,
      othersUnread: 0,
      more: '',
      report: '',
    })
  })

  it('marks the chat that the page shows', async () => {
    const { list } = start()
    const { html } = await list.render('r2')
    expect(html.match(/href="[^"]*" aria-current/g)).toEqual(['href="/chats/r2" aria-current'])
    expect(list.renderItem(withCem, 'r2')).toContain('aria-current')
    expect(list.renderItem(withCem, null)).not.toContain('aria-current')
  })

  it('shows of one chat alone that the other types', async () => {
    const { list, isTyping } = start()
    await Promise.all([list.meet('ben'), list.meet('cem')])
    isTyping.mockImplementation((roomId, userId) => roomId === 'r2' && userId === 'cem')
    expect(wordsIn(list.renderItem(withCem, null))).toBe('C Cem is typing…')
    expect(wordsIn(list.renderItem(withBen, null))).not.toContain('typing')
  })

  it('reads no more for one item than the name of somebody new', async () => {
    const { list, listRooms, namesOf } = start()
    await list.meet('cem')
    expect(list.meet('cem')).toBeNull()
    expect(wordsIn(list.renderItem(withCem, null))).toContain('Cem')
    expect([listRooms.mock.calls, namesOf.mock.calls]).toEqual([[], [[['cem']]]])
  })

  it('has below it the chats that ended lately, why, and a link to the page of each', async () => {
    const { list, listEndings } = start()
    const ending = { byId: null, expiresAt: noon + 5_000 }
    listEndings.mockResolvedValue([
      { ...ending, roomId: 'r1', otherId: 'ben', reason: 'ended', byId: 'ben' },
      { ...ending, roomId: 'r2', otherId: 'cem', reason: 'ended', byId: 'ann' },
      { ...ending, roomId: 'r3', otherId: 'cem', reason: 'away' },
      { ...ending, roomId: 'r4', otherId: 'nobody', reason: 'account_deleted', byId: 'nobody' },
    ])
    const { html } = await list.renderEndings()
    expect(wordsIn(html)).toBe(
      'B Ben Ended by Ben C Cem Ended by you C Cem Erased because you had both left D Deleted account Account deleted',
    )
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual(
      ['r1', 'r2', 'r3', 'r4'].map(id => `/chats/${id}`),
    )
    expect(html).toContain('data-remaining="4000"')
  })
})
