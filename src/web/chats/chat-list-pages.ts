import type { Context } from '../../context.js'
import { isLoadedByShownPage } from '../../http/fetch-metadata.js'
import { accountOf, formField, queryText } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { sendPage } from '../page/pages.js'
import { viewList } from '../page/side-list.js'
import { emptyComposer, type SendChat } from './chat-view.js'
import type { GoneChats } from './gone-chats.js'

/** The list of chats, finding people, and opening a chat with one. */
export function chatListPages(
  context: Pick<Context, 'people' | 'rooms' | 'chatPage'>,
  sendChat: SendChat,
  { rememberRun, noticeRestart }: Pick<GoneChats, 'rememberRun' | 'noticeRestart'>,
): Route[] {
  const { rooms } = context

  const showList: Route['handle'] = async (request, response) => {
    const list = await viewList(context, request, queryText(request, 'before') || undefined)
    // The chat after which the list was to begin may be gone, and all after it: then show the newest.
    if (list.isOlderPart && !list.chatItems) return response.redirect(303, '/chats')
    const isRestarted = noticeRestart(request, response)
    if (list.chatItems) rememberRun(response, accountOf(request).id)
    // Whoever comes for a new chat, such as by a shortcut of the system, can write a name at once.
    const isFinding = request.originalUrl === '/people'
    sendPage(request, response, 200, 'chats', list, { isRestarted, isFinding })
  }

  const open: Route['handle'] = async (request, response) => {
    const { id } = await rooms.open(accountOf(request).id, formField(request, 'userId'))
    const restarted = formField(request, 'restarted') === '1' ? '?restarted=1' : ''
    const draft = formField(request, 'draft')
    // A draft for a chat that was gone before it could be sent is shown in the new one; no address may carry it.
    if (draft) await sendChat(request, response, { ...emptyComposer, draft }, id)
    else response.redirect(303, `/chats/${id}${restarted}`)
  }

  /** A page without JavaScript loads this as a picture inside <noscript>: its visitor counts as online for a minute. */
  const showPresent: Route['handle'] = async (request, response) => {
    if (isLoadedByShownPage(request)) await rooms.showPresent(accountOf(request).id, request.sessionID)
    response.status(204).end()
  }

  return [
    { method: 'get', path: '/people', handle: showList },
    { method: 'get', path: '/chats', handle: showList },
    { method: 'get', path: '/chats/present', limit: 'lightRequests', handle: showPresent },
    { method: 'post', path: '/chats', mayBeLong: true, handle: open },
  ]
}
