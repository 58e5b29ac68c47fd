import type { Request } from 'express'
import type { Context } from '../../context.js'
import { accountOf, queryText } from '../../http/request.js'
import type { PageRenderer } from '../../live/html/page-renderer.js'
import { olderPart } from '../../live/html/page-state.js'
import { initialOf, tintOf } from '../../rendering/chat-list.js'
import { cutText } from '../../text-parts.js'

/** What the side with the list of chats shows, on every page. `before`: the room behind which the list begins. */
export async function viewSide(
  { people }: Pick<Context, 'people'>,
  request: Request,
  page: PageRenderer,
  currentRoomId: string | null,
  before?: string,
) {
  const query = cutText(queryText(request, 'q'), 64)
  const { id: viewerId, blocked } = accountOf(request)
  const [list, found] = await Promise.all([page.list.render(currentRoomId, before), people.search(query, viewerId)])
  const shown = found.people.map(({ id, username }) => ({
    id,
    name: username,
    initial: initialOf(username),
    tint: tintOf(id),
    isOnline: false,
    isBlocked: blocked.includes(id),
  }))
  const { html: chatItems, more: moreChats, totalUnread } = list
  const digest = before ? olderPart : list.digest
  return {
    chatItems,
    moreChats,
    isOlderPart: Boolean(before),
    digest,
    unread: totalUnread,
    query,
    people: shown,
    morePeople: found.more,
  }
}
