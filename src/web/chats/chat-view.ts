import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { refreshRates } from '../../accounts/settings.js'
import { type ImageRef, type RoomView, totalsOf, usualWindow, type WindowAsk } from '../../chat/engine.js'
import type { Context } from '../../context.js'
import { accountOf, pathParameter, queryText } from '../../http/request.js'
import { maxDescription } from '../../images/images.js'
import { PageRenderer } from '../../live/html/page-renderer.js'
import { windowOf } from '../../live/html/room-window.js'
import { shownTotals } from '../../live/html/rows-beside.js'
import { initialOf, tintOf } from '../../rendering/chat-list.js'
import { htmlBytesOf } from '../../rendering/html-bytes.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { type FormError, sendPage, viewerOf } from '../page/pages.js'
import { mayEmbed } from '../page/security-headers.js'
import { viewSide } from '../page/side-list.js'
import type { GoneChats } from './gone-chats.js'

/** What a chat page's composer shows: a draft that was refused, its picture, and the reasons. */
export interface Composer {
  readonly status: number
  readonly draft: string
  readonly alt: string
  /** A picture that was accepted with the refused draft, so that it need not be chosen again. */
  readonly image: ImageRef | null
  /** The id of the message that is being answered, '' for none. */
  readonly replyTo: string
  readonly errors: readonly FormError[]
}

/** Answers with the page of a chat: by default the one in the address. @throws ChatError `not_found` */
export type SendChat = (request: Request, response: Response, composer: Composer, roomId?: string) => Promise<void>

/** Whether a text of an address or a form can be the `seq` of a message. */
export const isSeq = /^\d{1,15}$/

/** An empty composer. */
export const emptyComposer: Composer = { status: 200, draft: '', alt: '', image: null, replyTo: '', errors: [] }

/**
 * The address by which a page without JavaScript reports what it shows: a window from its first message to the last one from
 * the other person, and how many messages vanished before they were seen.
 */
export function beaconOf({ id, messages, otherId, vanished }: RoomView): string {
  const upTo = messages.findLast(({ senderId }) => senderId === otherId)?.id ?? ''
  const totals = totalsOf(vanished)
  const shown = { upto: upTo, from: messages[0]?.seq ?? 0, theirs: totals.theirs, mine: totals.mine }
  const query = Object.entries(shown).map(([name, value]): [string, string] => [name, String(value)])
  return `/chats/${id}/seen?${new URLSearchParams(query)}`
}

/** The `seq` of the message whose menu a page without a script asks for; null for none. */
function openSeqOf(request: Request): number | null {
  const seq = queryText(request, 'options')
  return isSeq.test(seq) ? Number(seq) : null
}

/** Which messages a chat's URL asks for; undefined for an ordinary visit. */
export function askOf(request: Request): WindowAsk | undefined {
  const openSeq = openSeqOf(request)
  if (openSeq !== null) return { of: 'before', seq: openSeq + usualWindow / 2, limit: usualWindow }
  if (request.query.newest !== undefined) return { of: 'newest', limit: usualWindow }
  for (const of of ['before', 'after'] as const) {
    const seq = queryText(request, of)
    if (isSeq.test(seq)) return { of, seq: Number(seq), limit: usualWindow }
  }
  return undefined
}

/** Whether reading starts at the top of a window: at the first of many unread messages, or where one stopped reading. */
export function isReadFromTop({ messages, later }: RoomView, ask?: WindowAsk): boolean {
  return ask ? ask.of === 'after' : later > 0 || messages.length > usualWindow
}

/** After how many seconds a page without JavaScript reloads its messages; 0 for never. */
export function everyOf(request: Request): number {
  return refreshRates.find(rate => String(rate) === request.query.every) ?? accountOf(request).settings.refreshSeconds
}

/** Returns the function that renders the page of a chat. */
export function chatSender(
  context: Pick<Context, 'config' | 'people' | 'chatPage' | 'rooms'>,
  { remember, rememberRun }: Pick<GoneChats, 'remember' | 'rememberRun'>,
): SendChat {
  const { config, chatPage } = context
  const { messageMaxLength } = config
  const { maxWidth, maxHeight, quality } = config.images
  // The browser shrinks a picture to this before it uploads it: pixels, percent, characters.
  const pictures = { maxWidth, maxHeight, quality, maxDescription }

  const send: SendChat = async (
    request,
    response,
    { status, replyTo, ...composer },
    roomId = pathParameter(request, 'room'),
  ) => {
    const page = new PageRenderer(chatPage, viewerOf(request), openSeqOf(request))
    const ask = askOf(request)
    const room = await page.readRoom(roomId, ask)
    const { view, otherName } = room
    response.expectUnread(htmlBytesOf(view.messages))
    const { lifetime } = page
    const window = windowOf(view)
    const vanished = shownTotals(view.vanished)
    const [side, messages, replying] = await Promise.all([
      viewSide(context, request, page, view.id),
      page.renderMessages(view, otherName, 'load'),
      page.renderReplying(room, replyTo || queryText(request, 'reply')),
    ])
    const refresh = everyOf(request)
    const isPaused = accountOf(request).settings.startsPaused
    remember(response, view.id, view.otherId, page.viewer.userId)
    rememberRun(response, page.viewer.userId)
    if (refresh) mayEmbed(response)
    sendPage(request, response, status, 'chat', side, composer, {
      refresh,
      title: page.titleOf(otherName),
      isRestarted: request.query.restarted === '1',
      beacon: beaconOf(view),
      me: page.viewer.userId,
      roomId: view.id,
      other: { id: view.otherId, name: otherName, initial: initialOf(otherName), tint: tintOf(view.otherId) },
      messages,
      isFromTop: isReadFromTop(view, ask),
      // As after the button that jumps to the newest message within the page.
      isNewest: ask?.of === 'newest',
      earlier: page.renderEarlier(view),
      later: page.renderLater(view.id, window),
      jump: page.renderJump(view.id, view.later),
      presence: page.renderPresence(view.presence, lifetime.mostMs(view.lifetime)),
      about: lifetime.renderAbout(view.lifetime, view.erasesWhenLeft),
      life: lifetime.sayLife(view.lifetime),
      lifetimeChoices: lifetime.renderChoices(view.lifetime, view.mayLiveFromSeen),
      eraseSwitch: lifetime.renderErasure(view.erasesWhenLeft),
      eraseHint: lifetime.sayErasure(),
      warning: lifetime.renderWarning(view.expiring),
      nonce: randomBytes(12).toString('base64url'),
      pause: page.renderPause(view.id, isPaused),
      paused: page.renderPaused(view.id, isPaused),
      state: page.formatState({
        epoch: view.epoch,
        version: view.version,
        digest: side.digest,
        window,
        vanished,
        isPaused,
      }),
      replying,
      maxLength: messageMaxLength,
      tooLong: refusalSentence({ code: 'message_too_long' }, page.context.t, messageMaxLength),
      pictures,
    })
  }
  // A form whose refusal shows the chat has not waited for a turn.
  return (request, response, ...rest) => response.inTurn(() => send(request, response, ...rest))
}
