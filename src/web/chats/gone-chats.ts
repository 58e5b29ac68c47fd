import type { ErrorRequestHandler, Response } from 'express'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { isHttps } from '../../http/cookie-names.js'
import { formField, pathParameter } from '../../http/request.js'
import { sendPage } from '../page/pages.js'

/** Keeps a chat that is gone from being a dead end. */
export interface GoneChats {
  /**
   * Sets a cookie for the address of one chat: who its two people were, and which run of the server it was in. For anybody
   * else who logs in with the same browser the chat stays one that never existed.
   */
  remember(response: Response, roomId: string, otherId: string, ownId: string): void
  /** Answers `not_found` with a page that names the other person and offers to open the chat anew. */
  readonly show: ErrorRequestHandler
}

/** Remembers chats, and answers for those that have ended. */
export function goneChats({
  config,
  cookieNames,
  people,
  chatPage,
}: Pick<Context, 'config' | 'cookieNames' | 'people' | 'chatPage'>): GoneChats {
  const secure = isHttps(config)
  const { serverId } = chatPage

  function remember(response: Response, roomId: string, otherId: string, ownId: string): void {
    const value = `${otherId}.${ownId}.${serverId}`
    const path = `/chats/${roomId}`
    response.cookie(cookieNames.nameFor('with'), value, { httpOnly: true, sameSite: 'lax', secure, path })
  }

  const show: ErrorRequestHandler = async (error: unknown, request, response, next) => {
    if (!(error instanceof ChatError) || error.code !== 'not_found') return next(error)
    const cookie: unknown = request.cookies[cookieNames.nameFor('with')]
    const kept = typeof cookie === 'string' ? cookie : formField(request, 'with')
    const [otherId = '', ownId = '', server] = kept.split('.')
    const isOwn = ownId === request.account?.id && otherId !== ownId
    const other = isOwn ? await people.find(otherId) : null
    if (!other) return next(error)
    const draft = formField(request, 'content')
    // The chat ended only because the server was restarted: the page reopens it by itself, once.
    const goesOn = server !== undefined && server !== serverId
    if (goesOn) remember(response, pathParameter(request, 'room'), other.id, ownId)
    sendPage(request, response, 404, 'gone', { other: { id: other.id, name: other.username }, draft, goesOn })
  }

  return { remember, show }
}
