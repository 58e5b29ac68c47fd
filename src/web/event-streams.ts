import { randomBytes } from 'node:crypto'
import { type Request, type RequestHandler, Router } from 'express'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { Conversations } from '../chat/conversations.js'
import { ChatError } from '../chat/errors.js'
import { closeCodes } from '../live/close-codes.js'
import { EventStreamLine } from '../live/event-stream-line.js'
import type { Hub } from '../live/hub.js'
import { parseState } from '../live/page-state.js'
import { greetingOf, type PageVoices } from '../live/page-voices.js'
import { TermedLine } from '../live/termed-line.js'
import { pathParameter } from './request.js'
import { route } from './routes.js'
import type { Sessions } from './sessions.js'

export interface EventStreamsDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly hub: Hub
  readonly conversations: Conversations
  readonly sessions: Sessions
  readonly voices: PageVoices
  /** Counts a request of a person, and resolves at its turn; throws ChatError `rate_limited` when that is too far away. */
  readonly admit: (userId: string) => Promise<void>
}

/** Streams of events for pages that no socket reaches: the same voices over another line. */
export function eventStreams({ clock, log, hub, conversations, sessions, voices, admit }: EventStreamsDeps): Router {
  const router = Router()

  /** The state that the browser saw last is newer than the one in the address. */
  function greet(request: Request) {
    const greeting = greetingOf(new URL(request.originalUrl, 'http://ours').searchParams)
    const lastId = request.get('last-event-id')
    return lastId ? { shown: parseState(lastId), again: true } : greeting
  }

  // As with a socket, a page of ours that may not listen is told why by a stream that closes at once; anybody else is refused.
  const listen: RequestHandler = async (request, response) => {
    const isPage = request.get('hx-request') !== undefined
    const identity = await sessions.identify(request)
    if (!identity) {
      if (!isPage) throw new ChatError('unauthenticated')
      return new EventStreamLine(response, clock).close(closeCodes.notLoggedIn)
    }
    try {
      await admit(identity.userId)
    } catch (error) {
      if (!isPage || !(error instanceof ChatError)) throw error
      return new EventStreamLine(response, clock).close(closeCodes.tooBusy)
    }
    const roomId = pathParameter(request, 'room') || null
    const greeting = greet(request)
    const isTheirs = roomId === null || (await conversations.includes(roomId, identity.userId))
    if (!isTheirs && !isPage) throw new ChatError('not_found')
    const line = new TermedLine(new EventStreamLine(response, clock), identity, clock, log)
    response.on('close', () => line.stop())
    if (!isTheirs) {
      line.write(voices.sayGone(identity, greeting))
      return line.close(closeCodes.noSuchRoom)
    }
    const id = randomBytes(9).toString('base64url')
    const { voice, start } = voices.open({ id, identity, roomId, line }, greeting)
    response.on(
      'close',
      () => void hub.remove(voice).catch((error: unknown) => log.error({ err: error }, 'closing failed')),
    )
    if (request.query.fallback) log.info('a page lives on server-sent events: no socket reaches it')
    try {
      await hub.add(voice)
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      return line.close(error.code === 'rate_limited' ? closeCodes.tooFast : closeCodes.restarting)
    }
    await start()
  }

  route(router, '/chats/events', { get: [listen] })
  route(router, '/chats/:room/events', { get: [listen] })
  return router
}
