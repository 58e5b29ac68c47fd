import type { Request, Response } from 'express'
import { z } from 'zod'
import type { WindowAsk } from '../../chat/engine.js'
import type { Context } from '../../context.js'
import { isLoadedByShownPage } from '../../http/fetch-metadata.js'
import { FormRepeats } from '../../http/form-repeats.js'
import { accountOf, pathParameter, queryText } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { refuseOver } from '../../limits.js'
import { fragment } from '../../live/html/fragments.js'
import { PageRenderer } from '../../live/html/page-renderer.js'
import { windowOf } from '../../live/html/room-window.js'
import { htmlBytesOf } from '../../rendering/html-bytes.js'
import { sendPage, viewerOf } from '../page/pages.js'
import { mayBeEmbedded } from '../page/security-headers.js'
import { askOf, beaconOf, emptyComposer, everyOf, isReadFromTop, isSeq, type SendChat } from './chat-view.js'

const total = z.coerce.number().int().min(0)
const totalsSchema = z.object({ theirs: total, mine: total })

/** The page of a chat, the parts that it loads later, and ending the chat. */
export function chatPages(
  { clock, forms, limits, rooms, chatPage }: Pick<Context, 'clock' | 'forms' | 'limits' | 'rooms' | 'chatPage'>,
  sendChat: SendChat,
): Route[] {
  const repeats = new FormRepeats({ clock, forms, name: 'end', outcome: z.void() })

  const show: Route['handle'] = (request, response) => {
    const ask = askOf(request)
    const isPart = request.get('hx-request') === 'true'
    if (isPart && ask?.of === 'before') return showEarlier(request, response, ask)
    if (isPart && request.query.reply !== undefined) return beginReply(request, response)
    return sendChat(request, response, emptyComposer)
  }

  /** Shows in the composer which message is being answered. */
  const beginReply: Route['handle'] = async (request, response) => {
    const page = new PageRenderer(chatPage, viewerOf(request))
    const room = await page.readRoom(pathParameter(request, 'room'), { of: 'newest', limit: 1 })
    response.type('html').send(await page.beginReply(room, queryText(request, 'reply')))
  }

  /** Adds earlier messages above those that a page shows, unless the page shows others by now. */
  async function showEarlier(
    request: Request,
    response: Response,
    ask: Extract<WindowAsk, { seq: number }>,
  ): Promise<void> {
    const page = new PageRenderer(chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'), ask)
    response.expectUnread(htmlBytesOf(view.messages))
    const rows = await page.renderMessages(view, otherName, 'load')
    const list = `messages:has([href$='before=${ask.seq}']) #list`
    const last = view.messages.at(-1)
    const day = last && page.dayOf(last)
    response.type('html').send(
      // The heading of the first day moves up to the first of the earlier messages.
      (day ? fragment(`${list} > [data-day='${day}']:first-child`, 'delete') : '') +
        fragment(list, 'afterbegin', rows) +
        fragment('earlier', 'innerMorph', page.renderEarlier(view)),
    )
  }

  /** Only the messages, for a frame that reloads itself while the composer beside it stays. */
  const showEmbedded: Route['handle'] = async (request, response) => {
    const page = new PageRenderer(chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'))
    response.expectUnread(htmlBytesOf(view.messages))
    mayBeEmbedded(response)
    sendPage(request, response, 200, 'frame', {
      refreshEvery: everyOf(request),
      title: page.titleOf(otherName),
      roomId: view.id,
      other: { name: otherName },
      beacon: beaconOf(view),
      isFromTop: isReadFromTop(view),
      earlier: page.renderEarlier(view, true),
      messages: await page.renderMessages(view, otherName, 'load'),
      later: page.renderLater(view.id, windowOf(view), true),
      warning: page.lifetime.renderWarning(view.expiring),
    })
  }

  /**
   * A page without JavaScript loads this as a picture inside <noscript>: the messages and counts that it shows count as seen, and its
   * visitor as online for a minute. A prefetch loads no pictures. A picture on a page of another site brings no cookie; a link
   * there does, but opens no picture.
   */
  const see: Route['handle'] = async (request, response) => {
    const { id } = accountOf(request)
    const roomId = pathParameter(request, 'room')
    const upTo = queryText(request, 'upto')
    const totals = totalsSchema.safeParse(request.query)
    if (!isLoadedByShownPage(request)) return void response.status(204).end()
    const from = queryText(request, 'from')
    const inViewFrom = isSeq.test(from) ? Number(from) : undefined
    if (upTo) await rooms.report(roomId, id, 'seen', upTo, inViewFrom)
    if (totals.data) await rooms.noteVanishedShown(roomId, id, totals.data)
    await rooms.showPresent(id, request.sessionID)
    response.status(204).end()
  }

  const readEnd: Route['handle'] = async (request, response) => {
    const page = new PageRenderer(chatPage, viewerOf(request))
    const { view, otherName } = await page.readRoom(pathParameter(request, 'room'), { of: 'newest', limit: 1 })
    sendPage(request, response, 200, 'end', { roomId: view.id, other: { name: otherName } })
  }

  const end: Route['handle'] = async (request, response) => {
    const { id } = accountOf(request)
    const work = () => rooms.end(pathParameter(request, 'room'), id)
    await repeats.once(request, work, () => refuseOver(limits.reaching, id))
    response.redirect(303, '/chats')
  }

  return [
    { method: 'get', path: '/chats/:room', handle: show },
    { method: 'get', path: '/chats/:room/frame', handle: showEmbedded },
    { method: 'get', path: '/chats/:room/seen', limit: 'lightRequests', handle: see },
    { method: 'get', path: '/chats/:room/end', handle: readEnd },
    { method: 'post', path: '/chats/:room/end', formPage: '/chats/:room', repeats, handle: end },
  ]
}
