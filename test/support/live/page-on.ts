import { vi } from 'vitest'
import type { Ending, RoomId, RoomList, RoomListAsk, RoomView, UserId, WindowAsk } from '#src/chat/engine.js'
import { readConfig } from '#src/config.js'
import { PageRenderer } from '#src/live/html/page-renderer.js'
import { FakeClock } from '../fake-clock.js'
import { noon, viewOf } from './events.js'

const names = new Map([
  ['ann', 'Ann'],
  ['ben', 'Ben'],
  ['cem', 'Cem'],
])

/** The pages of a person, a second past noon, on reads that the test sets: `readRoom` and `listRooms`. */
export function pageOn(userId = 'ann', language: 'en' | 'de' = 'en') {
  const clock = new FakeClock(noon + 1000)
  const readRoom = vi.fn(async (_roomId: RoomId, _userId: UserId, _ask?: WindowAsk): Promise<RoomView> => viewOf())
  const listRooms = vi.fn(
    async (_userId: UserId, _ask: RoomListAsk): Promise<RoomList> => ({ rooms: [], hasEarlier: false, totalUnread: 0 }),
  )
  const listEndings = vi.fn(async (_userId: UserId): Promise<readonly Ending[]> => [])
  const namesOf = vi.fn(async (ids: readonly string[]) => new Map(ids.map(id => [id, names.get(id) ?? ''])))
  const isTyping = vi.fn((_roomId: string, _userId: string) => false)
  const hasBlocked = vi.fn(async (_userId: UserId, _otherId: UserId) => false)
  const unread = () => Promise.reject(new Error('not read by pages'))
  const others = {
    isMember: unread,
    listOthers: unread,
    readOwnStats: unread,
    readPresence: unread,
    readQuote: unread,
    readStats: unread,
  }
  const rooms = { reads: { ...others, readRoom, listRooms, listEndings } }
  const lifetimeRules = readConfig({ KEEP_LONGER: 'true' })
  const deps = { rooms, clock, namesOf, hasBlocked, isTyping, lifetimeRules, serverId: 's1' }
  const page = new PageRenderer(deps, { userId, language, zone: 'UTC' })
  return { page, deps, clock, readRoom, listRooms, listEndings, namesOf, hasBlocked, isTyping }
}

/** What a part of a page pushes: the fragments, and for each whether it belongs to a catch-up. */
export function notedPushes() {
  const pushed: string[] = []
  const catchUps: boolean[] = []
  const push = (html: string, isCatchUp = false) => {
    pushed.push(html)
    catchUps.push(isCatchUp)
  }
  const take = () => {
    catchUps.length = 0
    return pushed.splice(0).join('')
  }
  return { push, take, catchUps }
}
