import { randomBytes } from 'node:crypto'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { People } from '../accounts/people.js'
import type { Conversations } from '../chat/conversations.js'
import { ChatPage, type ChatPageDeps } from '../live/chat-page.js'
import { formatState } from '../live/page-state.js'
import { initialOf, tintOf } from '../views/chat-list.js'
import { type FormError, sendPage, viewerOf } from './pages.js'
import { accountOf, formField, pathParameter } from './request.js'
import { route } from './routes.js'

export interface ChatPagesDeps {
  readonly people: People
  readonly conversations: Conversations
  readonly chatPage: ChatPageDeps
  readonly roomGraceMs: number
}

/** What a chat page shows beside its messages: a draft that was not sent, and why. */
export interface Composer {
  readonly status: number
  readonly draft: string
  readonly errors: readonly FormError[]
}

export type SendChat = (request: Request, response: Response, composer: Composer) => Promise<void>

const emptyComposer: Composer = { status: 200, draft: '', errors: [] }

/** The list of chats, people, and a chat. */
export function chatPages(deps: ChatPagesDeps): { router: Router; sendChat: SendChat } {
  const { people, conversations } = deps
  const router = Router()

  /** What the side with the list shows on every page. */
  async function viewSide(request: Request, page: ChatPage, currentRoomId: string | null) {
    const query = typeof request.query.q === 'string' ? request.query.q.slice(0, 64) : ''
    const [list, found] = await Promise.all([
      page.renderList(currentRoomId),
      people.search(query, accountOf(request).id),
    ])
    const shown = found.map(({ id, username }) => ({
      id,
      name: username,
      initial: initialOf(username),
      tint: tintOf(id),
      isOnline: false,
    }))
    return { chatLines: list.html, digest: list.digest, query, people: shown }
  }

  const showList: RequestHandler = async (request, response) => {
    const page = new ChatPage(deps.chatPage, viewerOf(request))
    const side = await viewSide(request, page, null)
    const state = formatState({ epoch: null, version: 0, digest: side.digest })
    sendPage(request, response, 200, 'chats', { ...side, state })
  }

  const open: RequestHandler = async (request, response) => {
    const { id } = await conversations.open(accountOf(request).id, formField(request, 'userId'))
    response.redirect(303, `/chats/${id}`)
  }

  const sendChat: SendChat = async (request, response, { status, draft, errors }) => {
    const page = new ChatPage(deps.chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'))
    const [side, presence] = await Promise.all([viewSide(request, page, view.id), page.renderPresence(view.otherId)])
    const { t, times } = page.context
    const lifetime = times.length(deps.chatPage.messageTtlMs)
    const lifeHint = deps.roomGraceMs
      ? t('chat.lifeHint', { lifetime, grace: times.length(deps.roomGraceMs) })
      : t('chat.lifeHintNoGrace', { lifetime })
    sendPage(request, response, status, 'chat', {
      ...side,
      roomId: view.id,
      other: { id: view.otherId, name: otherName, initial: initialOf(otherName), tint: tintOf(view.otherId) },
      messages: page.renderMessages(view, otherName, 'load'),
      presence,
      lifetime,
      lifeHint,
      nonce: randomBytes(12).toString('base64url'),
      state: formatState({ epoch: view.epoch, version: view.version, digest: side.digest }),
      draft,
      errors,
    })
  }

  const askEnd: RequestHandler = async (request, response) => {
    const page = new ChatPage(deps.chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'))
    sendPage(request, response, 200, 'end', { roomId: view.id, other: { name: otherName } })
  }

  const end: RequestHandler = async (request, response) => {
    await conversations.end(pathParameter(request, 'room'), accountOf(request).id)
    response.redirect(303, '/chats')
  }

  route(router, '/people', { get: [showList] })
  route(router, '/chats', { get: [showList], post: [open] })
  route(router, '/chats/:room', { get: [(request, response) => sendChat(request, response, emptyComposer)] })
  route(router, '/chats/:room/end', { get: [askEnd], post: [end] })
  return { router, sendChat }
}
