import { type Request, type RequestHandler, Router } from 'express'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { Conversations } from '../chat/conversations.js'
import { ChatError } from '../chat/errors.js'
import { pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import type { Sessions } from '../http/sessions.js'
import type { Connections } from '../live/connections.js'
import { greetingOf, type PageSessions } from '../live/html/page-sessions.js'
import { parseState } from '../live/html/page-state.js'
import { closeCodes } from '../live/transport/close-codes.js'
import { EventStreamTransport } from '../live/transport/event-stream-transport.js'

export interface EventStreamsDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly connections: Pick<Connections, 'open'>
  readonly conversations: Conversations
  readonly sessions: Sessions
  readonly pageSessions: PageSessions
  /** Counts a request of a person; throws ChatError `rate_limited` for one too many. */
  readonly countRequest: (userId: string) => void
}

/** Streams of events for pages that no socket reaches: the same voices over another line. */
export function eventStreams({
  clock,
  log,
  connections,
  conversations,
  sessions,
  pageSessions,
  countRequest,
}: EventStreamsDeps): Router {
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
      return new EventStreamTransport(response, clock).close(closeCodes.notLoggedIn)
    }
    const roomId = pathParameter(request, 'room') || null
    const greeting = greet(request)
    const isTheirs = roomId === null || (await conversations.includes(roomId, identity.userId))
    // One that is opened is counted by its owner.
    if (!isTheirs) countRequest(identity.userId)
    if (!isTheirs && !isPage) throw new ChatError('not_found')
    if (!isTheirs) {
      const transport = new EventStreamTransport(response, clock)
      transport.write(pageSessions.sayGone(identity, greeting))
      return transport.close(closeCodes.noSuchRoom)
    }
    if (request.query.fallback) log.info('a page lives on server-sent events: no socket reaches it')
    await connections.open({
      identity,
      roomId,
      openTransport: share => new EventStreamTransport(response, clock, share),
      openSession: context => pageSessions.open(context, greeting),
    })
  }

  route(router, '/chats/events', { get: [listen] })
  route(router, '/chats/:room/events', { get: [listen] })
  return router
}
