import type { Request } from 'express'
import type { PublicPerson } from '../../accounts/account.js'
import type { RoomId, UserId } from '../../chat/engine.js'
import type { Context } from '../../context.js'
import { accountOf, queryText } from '../../http/request.js'
import { PageRenderer } from '../../live/html/page-renderer.js'
import { olderPart } from '../../live/html/page-state.js'
import { initialOf, tintOf, unreadText } from '../../rendering/chat-list.js'
import { cutText } from '../../text-parts.js'
import { viewerOf } from './pages.js'

/** How many people are shown at first, how many more each time they are asked for, and at most. */
const peopleStep = 20
const mostPeople = 500
/** So many of one's chats, the most recently active ones, are looked through. */
const mostLookedThrough = 1000

/** What the side with the list of chats shows, on every page. `before`: the room behind which the list begins. */
export async function viewSide(
  context: Pick<Context, 'people' | 'rooms'>,
  request: Request,
  page: PageRenderer,
  currentRoomId: RoomId | null,
  before?: string,
) {
  const [list, find] = await Promise.all([
    page.list.render(currentRoomId, before),
    viewFind(context, request, page, currentRoomId),
  ])
  const { html: chatItems, more: moreChats, endings, report, totalUnread, othersUnread } = list
  const digest = before ? olderPart : list.digest
  return {
    chatItems,
    moreChats,
    endings: endings.html,
    isRestarted: false,
    listReport: report,
    isOlderPart: Boolean(before),
    digest,
    unread: totalUnread,
    othersUnread: unreadText(othersUnread),
    query: find.query,
    foundChats: find.foundChats,
    people: find.people,
    morePeople: find.morePeople,
    nextPeople: find.nextPeople,
  }
}

/** The list of chats on a page that is of no one chat, and what the page says when it connects. */
export async function viewList(
  context: Pick<Context, 'people' | 'rooms' | 'chatPage'>,
  request: Request,
  before?: string,
) {
  const page = new PageRenderer(context.chatPage, viewerOf(request))
  const side = await viewSide(context, request, page, null, before)
  const nothing = { epoch: null, version: 0, window: null, vanished: null, isPaused: false }
  return Object.assign(side, { state: page.formatState({ ...nothing, digest: side.digest }) })
}

/** What stands in the place of the list while someone is looked for; else people with whom there is no chat. */
async function viewFind(
  { people, rooms }: Pick<Context, 'people' | 'rooms'>,
  request: Request,
  page: PageRenderer,
  currentRoomId: RoomId | null,
) {
  const { id: userId, blocked } = accountOf(request)
  const query = cutText(queryText(request, 'q'), 64)
  const others = await rooms.reads.listOthers(userId, mostLookedThrough)
  if (query.trim() !== '') {
    const { people: found, more } = await people.search(query, userId)
    const known = await people.nameMatches(query, others)
    const foundChats = known.size > 0 ? await page.list.renderFound(known, currentRoomId) : ''
    return { query, foundChats, people: viewPeople(found, blocked), morePeople: more, nextPeople: null }
  }
  const limit = Math.min(mostPeople, Math.max(peopleStep, Number(queryText(request, 'people')) || 0))
  const { people: found, more } = await people.search('', userId, { limit, without: new Set(others) })
  const nextPeople = more && limit < mostPeople ? limit + peopleStep : null
  return { query, foundChats: '', people: viewPeople(found, blocked), morePeople: more, nextPeople }
}

function viewPeople(found: readonly PublicPerson[], blocked: readonly UserId[]) {
  return found.map(({ id, username }) => ({
    id,
    name: username,
    initial: initialOf(username),
    tint: tintOf(id),
    isOnline: false,
    isBlocked: blocked.includes(id),
  }))
}
