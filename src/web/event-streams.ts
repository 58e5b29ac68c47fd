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
}

/** Streams of events for pages that no socket reaches: the same voices over another line. */
export function eventStreams({ clock, log, hub, conversations, sessions, voices }: EventStreamsDeps): Router {
  const router = Router()

  /** The state that the browser saw last is newer than the one in the address. */
  function greet(request: Request) {
    const greeting = greetingOf(new URL(request.originalUrl, 'http://ours').searchParams)
    const lastId = request.get('last-event-id')
    return lastId ? { shown: parseState(lastId), again: true } : greeting
  }

  // Refusals open the stream and close it at once, as with a socket, so that the page knows why.
  const listen: RequestHandler = async (request, response) => {
    const stream = new EventStreamLine(response, clock)
    const identity = await sessions.identify(request)
    if (!identity) return stream.close(closeCodes.notLoggedIn)
    // What ends a stream is no visit: express-session would put off the session's end by it, even when that ends it.
    Reflect.deleteProperty(request, 'session')
    const line = new TermedLine(stream, identity, clock, log)
    response.on('close', () => line.stop())
    const roomId = pathParameter(request, 'room') || null
    const greeting = greet(request)
    if (roomId && !(await conversations.includes(roomId, identity.userId))) {
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
