import { randomBytes } from 'node:crypto'
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { People } from '../accounts/people.js'
import { refreshRates } from '../accounts/settings.js'
import type { Conversations } from '../chat/conversations.js'
import { type ImageRef, type RoomView, usualWindow, type WindowAsk } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import { htmlBytesPerCharacter } from '../config.js'
import { accountOf, formField, pathParameter, queryText } from '../http/request.js'
import { route } from '../http/routes.js'
import { fragment } from '../live/html/fragments.js'
import { PageRenderer, type PageRendererDeps } from '../live/html/page-renderer.js'
import { olderPart } from '../live/html/page-state.js'
import { windowOf } from '../live/html/room-window.js'
import { initialOf, tintOf } from '../rendering/chat-list.js'
import { refusalSentence } from '../rendering/refusals.js'
import { type FormError, sendPage, viewerOf } from './pages.js'
import { mayBeFramed, mayFrame } from './security-headers.js'

export interface ChatPagesDeps {
  readonly people: People
  readonly conversations: Conversations
  readonly chatPage: PageRendererDeps
  /** Whether cookies are for https alone. */
  readonly secure: boolean
  /** Characters; what is longer is not sent, and the page says so by itself. */
  readonly messageMaxLength: number
  /** What a picture may be at most, for the browser to make it that before it leaves: pixels, percent, characters. */
  readonly pictureRules: PictureRules
}

export interface PictureRules {
  readonly maxWidth: number
  readonly maxHeight: number
  readonly quality: number
  readonly maxDescription: number
}

/** What a chat page shows beside its messages: a draft that was not sent, its picture, and why. */
export interface Composer {
  readonly status: number
  readonly draft: string
  readonly alt: string
  /** A picture that was accepted with the refused draft, and needs not be chosen again. */
  readonly image: ImageRef | null
  readonly errors: readonly FormError[]
}

export type SendChat = (request: Request, response: Response, composer: Composer) => Promise<void>

/** How long a visitor without JavaScript counts as here after a request. */
const presentWithoutScriptMs = 60_000

const otherCookie = 'with'

const emptyComposer: Composer = { status: 200, draft: '', alt: '', image: null, errors: [] }

/** The last message of the other's that a page shows: what a visitor without JavaScript sees with it. */
function lastOf({ messages, otherId }: RoomView): string {
  return messages.findLast(({ senderId }) => senderId === otherId)?.id ?? ''
}

/** What the texts of a window take at most in a page, in bytes: most take a twelfth of it. */
function mostBytesOf({ messages }: RoomView): number {
  return messages.reduce((sum, { text }) => sum + htmlBytesPerCharacter * text.length, 0)
}

/** Which messages the address of a chat asks for; undefined for those of a visit. */
function askOf(request: Request): WindowAsk | undefined {
  if (request.query.newest !== undefined) return { of: 'newest', limit: usualWindow }
  for (const of of ['before', 'after'] as const) {
    const seq = queryText(request, of)
    if (/^\d{1,15}$/.test(seq)) return { of, seq: Number(seq), limit: usualWindow }
  }
  return undefined
}

/** Whether a window is read from its top: from the first of many unread messages, or from where one had got. */
function isReadFromTop({ messages, later }: RoomView, ask?: WindowAsk): boolean {
  return ask ? ask.of === 'after' : later > 0 || messages.length > usualWindow
}

/** The list of chats, people, and a chat. */
export function chatPages(deps: ChatPagesDeps): {
  router: Router
  sendChat: SendChat
  showGone: ErrorRequestHandler
} {
  const { people, conversations, messageMaxLength } = deps
  const router = Router()

  /** What the side with the list shows on every page. */
  async function viewSide(request: Request, page: PageRenderer, currentRoomId: string | null, before?: string) {
    const query = queryText(request, 'q').slice(0, 64)
    const [list, found] = await Promise.all([
      page.renderList(currentRoomId, before),
      people.search(query, accountOf(request).id),
    ])
    const shown = found.map(({ id, username }) => ({
      id,
      name: username,
      initial: initialOf(username),
      tint: tintOf(id),
      isOnline: false,
    }))
    const { html: chatLines, more: moreChats, unread } = list
    const digest = before ? olderPart : list.digest
    return { chatLines, moreChats, isOlderPart: Boolean(before), digest, unread, query, people: shown }
  }

  /** How often a page without JavaScript looks for new messages by itself: in seconds, 0 for never. */
  const everyOf = (request: Request): number =>
    refreshRates.find(rate => String(rate) === request.query.every) ?? accountOf(request).settings.refreshSeconds

  const showList: RequestHandler = async (request, response) => {
    const page = new PageRenderer(deps.chatPage, viewerOf(request))
    const side = await viewSide(request, page, null, queryText(request, 'before') || undefined)
    // The chat that it was to begin behind may be gone, with all that stood there: the newest are still to be had.
    if (side.isOlderPart && !side.chatLines) return response.redirect(303, '/chats')
    const state = page.formatState({ epoch: null, version: 0, digest: side.digest, window: null, isPaused: false })
    sendPage(request, response, 200, 'chats', { ...side, state })
  }

  const open: RequestHandler = async (request, response) => {
    const { id } = await conversations.open(accountOf(request).id, formField(request, 'userId'))
    const restarted = formField(request, 'restarted') === '1' ? '?restarted=1' : ''
    const draft = formField(request, 'draft')
    // What was written for a chat that went before it could be sent is given back, which an address must not carry.
    if (draft) await sendChat(request, response, { ...emptyComposer, draft }, id)
    else response.redirect(303, `/chats/${id}${restarted}`)
  }

  async function sendChat(
    request: Request,
    response: Response,
    { status, ...composer }: Composer,
    roomId = pathParameter(request, 'room'),
  ): Promise<void> {
    const page = new PageRenderer(deps.chatPage, viewerOf(request))
    const ask = askOf(request)
    const { view, otherName } = await page.readRoom(roomId, ask)
    response.expectUnread(mostBytesOf(view))
    const { lifetime } = page
    const window = windowOf(view)
    const [side, messages, presence] = await Promise.all([
      viewSide(request, page, view.id),
      page.renderMessages(view, otherName, 'load'),
      page.renderPresence(view.otherId, lifetime.current(view.lifetime)),
    ])
    const refresh = everyOf(request)
    const isPaused = accountOf(request).settings.startsPaused
    rememberOther(response, view.id, view.otherId, page.viewer.userId)
    if (refresh) mayFrame(response)
    sendPage(request, response, status, 'chat', {
      ...side,
      refresh,
      isRestarted: request.query.restarted === '1',
      lastSeenId: lastOf(view),
      me: page.viewer.userId,
      roomId: view.id,
      other: { id: view.otherId, name: otherName, initial: initialOf(otherName), tint: tintOf(view.otherId) },
      messages,
      isFromTop: isReadFromTop(view, ask),
      // As after the button that jumps to the newest where it is in the page already.
      isNewest: ask?.of === 'newest',
      earlier: page.renderEarlier(view),
      later: page.renderLater(view.id, window),
      jump: page.renderJump(view.id, view.later),
      presence,
      about: lifetime.renderAbout(view.lifetime),
      lifetimeChoices: lifetime.renderChoices(view.lifetime),
      lifetimeNote: lifetime.renderNote(view.lifetime, view.newestSeq, otherName),
      warning: lifetime.renderWarning(page.expiringOf(view)),
      nonce: randomBytes(12).toString('base64url'),
      pause: page.renderPause(view.id, isPaused),
      state: page.formatState({ epoch: view.epoch, version: view.version, digest: side.digest, window, isPaused }),
      ...composer,
      maxLength: messageMaxLength,
      tooLong: refusalSentence(new ChatError('message_too_long'), page.context.t, messageMaxLength),
      pictures: deps.pictureRules,
    })
  }

  /** Puts earlier messages before those that a page shows, unless it shows others by now. */
  const showEarlier: RequestHandler = async (request, response, next) => {
    const ask = askOf(request)
    if (ask?.of !== 'before' || request.get('hx-request') !== 'true') return next()
    const page = new PageRenderer(deps.chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'), ask)
    response.expectUnread(mostBytesOf(view))
    const rows = await page.renderMessages(view, otherName, 'load')
    const list = `messages:has([href$='before=${ask.seq}']) #list`
    const last = view.messages.at(-1)
    const day = last && page.dayOf(last)
    response.type('html').send(
      // The day that the page began with begins further up now.
      (day ? fragment(`${list} > [data-day='${day}']:first-child`, 'delete') : '') +
        fragment(list, 'afterbegin', rows) +
        fragment('earlier', 'innerMorph', page.renderEarlier(view)),
    )
  }

  /** The messages alone, for a frame that loads itself anew beside a composer that stays. */
  const showFrame: RequestHandler = async (request, response) => {
    const page = new PageRenderer(deps.chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'))
    response.expectUnread(mostBytesOf(view))
    mayBeFramed(response)
    sendPage(request, response, 200, 'frame', {
      refreshEvery: everyOf(request),
      roomId: view.id,
      other: { name: otherName },
      lastSeenId: lastOf(view),
      isFromTop: isReadFromTop(view),
      earlier: page.renderEarlier(view, true),
      messages: await page.renderMessages(view, otherName, 'load'),
      later: page.renderLater(view.id, windowOf(view), true),
      warning: page.lifetime.renderWarning(page.expiringOf(view)),
    })
  }

  /**
   * So that a chat that is gone is no dead end: its address alone still knows, by this cookie, who was with whom, and by
   * which run of the server. To anybody else who logs in in this browser it is a chat that never was.
   */
  function rememberOther(response: Response, roomId: string, otherId: string, ownId: string): void {
    const { secure, chatPage } = deps
    const value = `${otherId}.${ownId}.${chatPage.serverId}`
    response.cookie(otherCookie, value, { httpOnly: true, sameSite: 'lax', secure, path: `/chats/${roomId}` })
  }

  const showGone: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (!(error instanceof ChatError) || error.code !== 'not_found') return next(error)
    const cookie: unknown = request.cookies[otherCookie]
    const kept = typeof cookie === 'string' ? cookie : formField(request, 'with')
    const [otherId = '', ownId = '', server] = kept.split('.')
    const isOwn = ownId === request.account?.id && otherId !== ownId
    const found = isOwn ? people.find(otherId) : Promise.resolve(null)
    found
      .then(other => {
        if (!other) return next(error)
        const draft = formField(request, 'content')
        // Nobody meant the chat to end when the server was started anew: the page goes on by itself, once.
        const goesOn = server !== undefined && server !== deps.chatPage.serverId
        if (goesOn) rememberOther(response, pathParameter(request, 'room'), other.id, ownId)
        sendPage(request, response, 404, 'gone', { other: { id: other.id, name: other.username }, draft, goesOn })
      })
      .catch(next)
  }

  /**
   * A page without JavaScript loads this as a picture inside <noscript>: what it really shows is seen, and its person is
   * here for a minute. A prefetch loads no pictures; another site's page brings no cookie.
   */
  const see: RequestHandler = async (request, response) => {
    const { id } = accountOf(request)
    const upTo = typeof request.query.upto === 'string' ? request.query.upto : ''
    // A page that is loaded ahead of its time loads its pictures too.
    if (request.get('sec-purpose')) return void response.status(204).end()
    if (upTo) await conversations.report(pathParameter(request, 'room'), id, 'seen', upTo)
    await deps.chatPage.engine.holdLease(id, `page ${request.sessionID}`, presentWithoutScriptMs)
    response.status(204).end()
  }

  const askEnd: RequestHandler = async (request, response) => {
    const page = new PageRenderer(deps.chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'))
    sendPage(request, response, 200, 'end', { roomId: view.id, other: { name: otherName } })
  }

  const end: RequestHandler = async (request, response) => {
    await conversations.end(pathParameter(request, 'room'), accountOf(request).id)
    response.redirect(303, '/chats')
  }

  route(router, '/people', { get: [showList] })
  route(router, '/chats', { get: [showList], post: [open] })
  route(router, '/chats/:room', {
    get: [showEarlier, (request, response) => sendChat(request, response, emptyComposer)],
  })
  route(router, '/chats/:room/frame', { get: [showFrame] })
  route(router, '/chats/:room/seen', { get: [see] })
  route(router, '/chats/:room/end', { get: [askEnd], post: [end] })
  return { router, sendChat, showGone }
}
