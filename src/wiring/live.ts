import type { Backend } from '../backends/backend.js'
import type { ErrorCode } from '../chat/errors.js'
import type { Context } from '../context.js'
import { bringsToken, identifyByToken } from '../http/token-identity.js'
import { Connections } from '../live/connections.js'
import type { PageRendererDeps } from '../live/html/page-renderer.js'
import { greetingOf, PageSessions } from '../live/html/page-sessions.js'
import { ProgramSession } from '../live/json/program-session.js'
import { Sockets } from '../live/transport/sockets.js'
import { WriteTurns } from '../live/transport/write-turns.js'
import type { HttpParts } from './http.js'

/** The least that a frame may always have, in bytes. */
const smallestFrame = 16_384
/** What the JSON around a message may take, in bytes. */
const frameOverhead = 4096
/** How many sockets of one person may use the full rate of frames at once; sends are allowed on top of that. */
const socketsAtFullSpeed = 2

/** The parts that `createLive` needs. */
type LiveBasis = Pick<
  Context,
  'config' | 'log' | 'clock' | 'limits' | 'observer' | 'people' | 'tokens' | 'rooms' | 'hub'
> &
  Pick<HttpParts, 'sessions' | 'isOurOrigin' | 'countRequest' | 'unreadBytes' | 'answerTurns'> & {
    readonly backend: Pick<Backend, 'run'>
  }

/** Makes the parts that keep pages and programs up to date. */
export function createLive({
  config,
  log,
  clock,
  limits,
  observer,
  people,
  tokens,
  rooms,
  hub,
  sessions,
  isOurOrigin,
  countRequest,
  unreadBytes,
  answerTurns,
  backend,
}: LiveBasis): Pick<Context, 'chatPage' | 'pageSessions' | 'connections'> & { readonly sockets: Sockets } {
  const admit = (userId: string) => limits.requests.takeTurn(userId)
  const chatPage: PageRendererDeps = {
    rooms,
    clock,
    lifetimeRules: config,
    get serverId() {
      return backend.run.id
    },
    namesOf: async ids => new Map([...(await people.findMany(ids))].map(([id, { username }]) => [id, username])),
    hasBlocked: async (userId, otherId) => (await people.find(userId))?.blocked.includes(otherId) ?? false,
    isTyping: (roomId, userId) => hub.isTyping(roomId, userId),
  }
  const writeTurns = new WriteTurns()
  const sessionDeps = {
    rooms,
    hub,
    log,
    writeTurns,
    answerTurns,
    messageMaxLength: config.messageMaxLength,
    onRefused: (code: ErrorCode) => observer.refused('frame', code),
    admit,
  }
  const pageSessions = new PageSessions(chatPage, sessionDeps)
  const programs = {
    ...sessionDeps,
    clock,
    namesOf: chatPage.namesOf,
    countJoin: countRequest,
  }
  const connections = new Connections({
    hub,
    unreadBytes,
    clock,
    log,
    onRefused: reason => observer.refused('handshake', reason),
    admit,
  })
  const sockets = new Sockets({
    connections,
    clock,
    log,
    writeTurns,
    framesPerSecond: config.rateLimits.frames,
    framesPerSecondEach: socketsAtFullSpeed * config.rateLimits.frames + config.rateLimits.messages,
    maxFrameBytes: Math.max(smallestFrame, 6 * config.messageMaxLength + frameOverhead),
    onRefused: (place, reason) => observer.refused(place, reason),
    isOurOrigin,
    // A page is known by its session only; a token in its headers does not count.
    identify: (request, isProgram) =>
      isProgram && bringsToken(request) ? identifyByToken(tokens, request) : sessions.identify(request),
    countRequest,
    isMember: (roomId, userId) => rooms.reads.isMember(roomId, userId),
    renderGone: (identity, query) => pageSessions.renderGone(identity, query.get('room'), greetingOf(query)),
    openSession: (parts, { query, isProgram }) => {
      if (!isProgram) return pageSessions.open(parts, greetingOf(query))
      const session = new ProgramSession(parts.id, parts.identity, parts.connection, programs)
      return { session, start: () => session.start(parts.roomId), onBadFrame: frame => session.refuseFrame(frame) }
    },
  })
  return { chatPage, pageSessions, connections, sockets }
}
