import type { Context } from '../../context.js'
import { accountOf, formField, queryText } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { PageRenderer } from '../../live/html/page-renderer.js'
import { sendPage, viewerOf } from '../page/pages.js'
import { emptyComposer, type SendChat } from './chat-view.js'
import type { GoneChats } from './gone-chats.js'
import { viewSide } from './side-list.js'

/** The list of chats, finding people, and opening a chat with one. */
export function chatListPages(
  context: Pick<Context, 'people' | 'rooms' | 'chatPage'>,
  sendChat: SendChat,
  { rememberRun, noticeRestart }: Pick<GoneChats, 'rememberRun' | 'noticeRestart'>,
): Route[] {
  const { rooms, chatPage } = context

  const showList: Route['handle'] = async (request, response) => {
    const page = new PageRenderer(chatPage, viewerOf(request))
    const side = await viewSide(context, request, page, null, queryText(request, 'before') || undefined)
    // The chat after which the list was to begin may be gone, and all after it: then show the newest.
    if (side.isOlderPart && !side.chatItems) return response.redirect(303, '/chats')
    const state = page.formatState({
      epoch: null,
      version: 0,
      digest: side.digest,
      window: null,
      vanished: null,
      isPaused: false,
    })
    const isRestarted = noticeRestart(request, response)
    if (side.chatItems) rememberRun(response, page.viewer.userId)
    sendPage(request, response, 200, 'chats', { ...side, isRestarted, state })
  }

  const open: Route['handle'] = async (request, response) => {
    const { id } = await rooms.open(accountOf(request).id, formField(request, 'userId'))
    const restarted = formField(request, 'restarted') === '1' ? '?restarted=1' : ''
    const draft = formField(request, 'draft')
    // A draft for a chat that was gone before it could be sent is shown in the new one; no address may carry it.
    if (draft) await sendChat(request, response, { ...emptyComposer, draft }, id)
    else response.redirect(303, `/chats/${id}${restarted}`)
  }

  return [
    { method: 'get', path: '/people', handle: showList },
    { method: 'get', path: '/chats', handle: showList },
    { method: 'post', path: '/chats', handle: open },
  ]
}
