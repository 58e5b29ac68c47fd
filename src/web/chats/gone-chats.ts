import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Ending } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { isHttps } from '../../http/cookie-names.js'
import { accountOf, formField, pathParameter } from '../../http/request.js'
import { PageRenderer } from '../../live/html/page-renderer.js'
import { sendPage, viewerOf } from '../page/pages.js'

/** Keeps a chat that is gone from being a dead end. */
export interface GoneChats {
  /**
   * Sets a cookie for the address of one chat: who its two people were, and which run of the server it was in. For anybody
   * else who logs in with the same browser the chat stays one that never existed.
   */
  remember(response: Response, roomId: string, otherId: string, ownId: string): void
  /** Sets a cookie that says in which run of the server a person had chats. It names no other person. */
  rememberRun(response: Response, ownId: string): void
  /** Whether the server was restarted since this person last had chats, in this browser. Says so once. */
  noticeRestart(request: Request, response: Response): boolean
  /**
   * Answers `not_found` with a page that says why, if that is known, and offers to open the chat again. To whoever has
   * blocked the other it says only that.
   */
  readonly show: ErrorRequestHandler
}

/** Remembers chats, and answers for those that have ended. */
export function goneChats({
  config,
  cookieNames,
  people,
  rooms,
  chatPage,
}: Pick<Context, 'config' | 'cookieNames' | 'people' | 'rooms' | 'chatPage'>): GoneChats {
  const secure = isHttps(config)
  const runCookie = () => cookieNames.nameFor('run')
  const runOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/chats' } as const

  function remember(response: Response, roomId: string, otherId: string, ownId: string): void {
    const value = `${otherId}.${ownId}.${chatPage.serverId}`
    const path = `/chats/${roomId}`
    response.cookie(cookieNames.nameFor('with'), value, { httpOnly: true, sameSite: 'lax', secure, path })
  }

  function rememberRun(response: Response, ownId: string): void {
    response.cookie(runCookie(), `${ownId}.${chatPage.serverId}`, runOptions)
  }

  function noticeRestart(request: Request, response: Response): boolean {
    const cookie: unknown = request.cookies[runCookie()]
    const [ownId, server] = typeof cookie === 'string' ? cookie.split('.') : []
    const isRestarted = ownId === accountOf(request).id && server !== chatPage.serverId
    if (isRestarted) response.clearCookie(runCookie(), runOptions)
    return isRestarted
  }

  const show: ErrorRequestHandler = async (error: unknown, request, response, next) => {
    if (!(error instanceof ChatError) || error.code !== 'not_found') return next(error)
    const cookie: unknown = request.cookies[cookieNames.nameFor('with')]
    const kept = typeof cookie === 'string' ? cookie : formField(request, 'with')
    const [withId = '', ownId = '', server] = kept.split('.')
    const roomId = pathParameter(request, 'room')
    const ending = await findEnding(request, roomId)
    const isOwn = ownId === request.account?.id && withId !== ownId
    const otherId = ending?.otherId ?? (isOwn ? withId : null)
    const found = otherId === null ? null : await people.find(otherId)
    // A blocker is told nothing of the chat: the answer is the same whether it lives.
    if (found && request.account?.blocked.includes(found.id)) {
      return sendPage(request, response, 404, 'blocked', { other: { id: found.id, name: found.username } })
    }
    // Nobody vouches for the cookie and the field, which outlive the server's secret: they may name no more than a chat can be
    // opened with, whose page says the name of the other too.
    const other = found?.isDisabled ? null : found
    if (!other && !ending) return next(error)
    const draft = formField(request, 'content')
    // The chat ended only because the server was restarted: the page reopens it by itself, once.
    const goesOn = other !== null && !ending && server !== undefined && server !== chatPage.serverId
    if (goesOn) remember(response, roomId, other.id, ownId)
    const page = new PageRenderer(chatPage, viewerOf(request))
    const reason = goesOn ? page.context.t('gone.restarted') : await page.sayGone(roomId)
    const shown = other && { id: other.id, name: other.username }
    sendPage(request, response, 404, 'gone', { other: shown, reason, draft, goesOn })
  }

  async function findEnding({ account }: Request, roomId: string): Promise<Ending | undefined> {
    const endings = account ? await rooms.reads.listEndings(account.id) : []
    return endings.find(each => each.roomId === roomId)
  }

  return { remember, rememberRun, noticeRestart, show }
}
