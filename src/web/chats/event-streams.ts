import type { Request, RequestHandler, Router } from 'express'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { isFetchedByOwnPage } from '../../http/fetch-metadata.js'
import { pathParameter } from '../../http/request.js'
import { createRouter, type Route, type RouteGuards } from '../../http/routes.js'
import { closeCodes } from '../../live/client/close-codes.js'
import type { Identity } from '../../live/client/subscriber.js'
import { greetingOf } from '../../live/html/page-sessions.js'
import { parseState } from '../../live/html/page-state.js'
import { EventStreamTransport } from '../../live/transport/event-stream-transport.js'

const isPage = (request: Request) => request.get('hx-request') !== undefined

/** The state in Last-Event-ID is newer than the one in the URL. */
function greet(request: Request) {
  const greeting = greetingOf(new URLSearchParams(request.originalUrl.replace(/^[^?]*/, '')))
  const lastId = request.get('last-event-id')
  return lastId ? { ...greeting, shown: parseState(lastId), again: true } : greeting
}

/**
 * Streams of events for pages that no socket reaches: the same sessions over another transport. Their guard reads the session
 * without prolonging it. As with a socket, a page of ours that may not listen is told why by a stream that closes at once;
 * anybody else is refused.
 */
export function eventStreams({
  clock,
  log,
  connections,
  rooms,
  sessions,
  pageSessions,
  countRequest,
}: Pick<Context, 'clock' | 'log' | 'connections' | 'rooms' | 'sessions' | 'pageSessions' | 'countRequest'>): Router {
  const identities = new WeakMap<Request, Identity>()

  const identify: RequestHandler = async (request, response, next) => {
    // A stream shows its person as online, which a link of another site must not.
    if (!isFetchedByOwnPage(request, 'empty')) throw new ChatError('forbidden')
    const identity = await sessions.identify(request)
    if (identity) {
      identities.set(request, identity)
      return next()
    }
    if (!isPage(request)) throw new ChatError('unauthenticated')
    new EventStreamTransport(response, clock).close(closeCodes.notLoggedIn)
  }

  const listen: Route['handle'] = async (request, response) => {
    const identity = identities.get(request)
    if (!identity) throw new ChatError('unauthenticated')
    const roomId = pathParameter(request, 'room') || null
    const greeting = greet(request)
    const isTheirs = roomId === null || (await rooms.reads.isMember(roomId, identity.userId))
    // A stream that is opened is counted by `connections`.
    if (!isTheirs) await countRequest(identity.userId)
    if (!isTheirs && !isPage(request)) throw new ChatError('not_found')
    if (!isTheirs) {
      const transport = new EventStreamTransport(response, clock)
      transport.write(await pageSessions.renderGone(identity, roomId, greeting))
      return transport.close(closeCodes.noSuchRoom)
    }
    if (request.query.fallback) log.info('a page uses server-sent events, because its WebSocket failed')
    await connections.open({
      identity,
      roomId,
      openTransport: share => new EventStreamTransport(response, clock, share),
      openSession: parts => pageSessions.open(parts, greeting),
    })
  }

  const routes: Route[] = [
    { method: 'get', path: '/chats/events', limit: 'none', handle: listen },
    { method: 'get', path: '/chats/:room/events', limit: 'none', handle: listen },
  ]
  const accepts: RouteGuards['accepts'] = ({ access, limit }) => access === 'member' && limit === 'none'
  return createRouter(routes, { accepts, before: () => [identify], beforeRefusal: [] })
}
