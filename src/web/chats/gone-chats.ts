import type { ErrorRequestHandler, Response } from 'express'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { formField, pathParameter } from '../../http/request.js'
import { isHttps } from '../../http/sessions.js'
import { sendPage } from '../pages.js'

const otherCookie = 'with'

/** So that a chat that is gone is no dead end. */
export interface GoneChats {
  /**
   * Has the address of a chat remember, by a cookie for it alone, who was with whom, and by which run of the server. To
   * anybody else who logs in in this browser it is a chat that never was.
   */
  remember(response: Response, roomId: string, otherId: string, ownId: string): void
  /** Shows who the other person was, and offers to open the chat anew. */
  readonly show: ErrorRequestHandler
}

export function createGoneChats({
  config,
  people,
  chatPage,
}: Pick<Context, 'config' | 'people' | 'chatPage'>): GoneChats {
  const secure = isHttps(config)
  const { serverId } = chatPage

  function remember(response: Response, roomId: string, otherId: string, ownId: string): void {
    const value = `${otherId}.${ownId}.${serverId}`
    response.cookie(otherCookie, value, { httpOnly: true, sameSite: 'lax', secure, path: `/chats/${roomId}` })
  }

  const show: ErrorRequestHandler = async (error: unknown, request, response, next) => {
    if (!(error instanceof ChatError) || error.code !== 'not_found') return next(error)
    const cookie: unknown = request.cookies[otherCookie]
    const kept = typeof cookie === 'string' ? cookie : formField(request, 'with')
    const [otherId = '', ownId = '', server] = kept.split('.')
    const isOwn = ownId === request.account?.id && otherId !== ownId
    const other = isOwn ? await people.find(otherId) : null
    if (!other) return next(error)
    const draft = formField(request, 'content')
    // Nobody meant the chat to end when the server was started anew: the page goes on by itself, once.
    const goesOn = server !== undefined && server !== serverId
    if (goesOn) remember(response, pathParameter(request, 'room'), other.id, ownId)
    sendPage(request, response, 404, 'gone', { other: { id: other.id, name: other.username }, draft, goesOn })
  }

  return { remember, show }
}
