import { Buffer } from 'node:buffer'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Gate } from './accounts/gate.js'
import { MemoryAccountStore } from './accounts/memory-store.js'
import { Passwords } from './accounts/passwords.js'
import { People } from './accounts/people.js'
import { Tokens } from './accounts/tokens.js'
import { createApi } from './api/api.js'
import { bringsToken, identifyByToken } from './api/token-identity.js'
import { systemClock } from './chat/clock.js'
import { Conversations } from './chat/conversations.js'
import { ChatError } from './chat/errors.js'
import type { Config } from './config.js'
import { createMemoryEngine } from './engines/memory/engine.js'
import { createLimits, refuseOver } from './limits.js'
import { ChatPage, type ChatPageDeps } from './live/chat-page.js'
import { HtmlVoice } from './live/html-voice.js'
import { Hub } from './live/hub.js'
import { JsonVoice } from './live/json-voice.js'
import { parseState } from './live/page-state.js'
import { Sockets } from './live/sockets.js'
import { createLog } from './ops/log.js'
import { defaultLanguage } from './views/sentences.js'
import { createApp } from './web/app.js'
import { csrfProtection, originCheck } from './web/csrf.js'
import { Sessions } from './web/sessions.js'

/** A running server, or one that can be started. */
export interface Server {
  /** Begins to listen; the answer is where. Throws when the address is taken. */
  start(): Promise<{ host: string; port: number }>
  /** Closes sockets with 1012, lets requests finish for a while, and forgets everything. */
  stop(): Promise<void>
}

// A deleted message must not survive in the slab that Node cuts small buffers from.
Buffer.poolSize = 0

/** Requests still open after this many milliseconds of stopping are cut. */
const finishMs = 3000
/** Room for the JSON around a message whose every unit is escaped. Source: contract, 6. */
const smallestFrame = 16_384
const frameOverhead = 4096

/** Wires everything together: the one place that knows all the rooms of the house. */
export async function createServer(config: Config): Promise<Server> {
  const clock = systemClock
  const log = createLog(config.logLevel)
  const limits = createLimits(config)
  const passwords = new Passwords({
    cost: config.bcryptCost,
    onError: error => log.error({ err: error }, 'a password worker failed'),
  })
  const people = new People({ store: new MemoryAccountStore(), passwords, directory: config.directory })
  if (config.demoUsers) await people.addDemoAccounts()
  const engine = createMemoryEngine({
    clock,
    roomGraceMs: config.roomGraceMs,
    roomMaxMessages: config.roomMaxMessages,
    maxBytes: config.maxMessageMemoryBytes,
    onListenerError: error => log.error({ err: error }, 'an event could not be handled'),
  })
  const conversations = new Conversations(engine, config, {
    limit: userId => refuseOver(limits.messages, userId),
    claimImage: async () => {
      throw new ChatError('image_not_found')
    },
    personExists: async userId => (await people.find(userId)) !== null,
  })
  const hub = new Hub(engine, clock, log, config.maxConnectionsPerUser)
  const sessions = new Sessions(config, people, (userId, sessionId) => hub.closeSession(userId, sessionId))
  people.onGenerationChange(({ id }) => hub.closeUser(id))
  const chatPage: ChatPageDeps = {
    engine,
    clock,
    messageTtlMs: config.messageTtlMs,
    namesOf: async ids => new Map([...(await people.findMany(ids))].map(([id, { username }]) => [id, username])),
    isTyping: (roomId, userId) => hub.isTyping(roomId, userId),
  }
  const tokens = new Tokens({ secret: config.jwtSecret, lifetimeSeconds: config.jwtExpiresInSeconds, people, clock })
  const programs = {
    conversations,
    hub,
    namesOf: chatPage.namesOf,
    clock,
    log,
    messageMaxLength: config.messageMaxLength,
  }
  const isOurOrigin = originCheck(config)
  const sockets = new Sockets({
    hub,
    clock,
    log,
    framesPerSecond: config.rateLimits.frames,
    maxFrameBytes: Math.max(smallestFrame, 6 * config.messageMaxLength + frameOverhead),
    isOurOrigin,
    identify: (request, isProgram) =>
      isProgram && bringsToken(request) ? identifyByToken(tokens, request) : sessions.identify(request),
    isMember: async (roomId, userId) => {
      try {
        await engine.readSummary(roomId, userId)
        return true
      } catch (error) {
        if (error instanceof ChatError) return false
        throw error
      }
    },
    openVoice: ({ id, identity, roomId, query, isProgram, line }) => {
      if (isProgram) {
        const voice = new JsonVoice(id, identity, line, programs)
        return { voice, start: () => voice.start(roomId), onBadFrame: frame => voice.refuseFrame(frame) }
      }
      const page = new ChatPage(chatPage, { userId: identity.userId, language: defaultLanguage, zone: identity.zone })
      const voice = new HtmlVoice(id, identity, roomId, page, line, {
        engine,
        conversations,
        log,
        messageMaxLength: config.messageMaxLength,
      })
      return { voice, start: () => voice.start(parseState(query.get('state')), query.has('again')) }
    },
  })
  const gate = new Gate(people, limits)
  const api = createApi({
    config,
    log,
    gate,
    people,
    tokens,
    conversations,
    engine,
    sessions,
    csrf: csrfProtection(config),
    isOurOrigin,
    limit: limits.api,
    countConnections: () => hub.connectionCount,
    cookieName: sessions.cookieName,
  })
  const app = createApp({
    config,
    log,
    people,
    conversations,
    sessions,
    gate,
    api,
    chatPage,
    isOurOrigin,
    health: (_request, response) => {
      response.json({ status: 'ok' })
    },
  })
  const http = createHttpServer(app)
  http.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))

  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        http.once('error', reject)
        http.listen(config.port, config.host, () => {
          http.off('error', reject)
          resolve()
        })
      })
      const { address, port } = addressOf(http.address())
      return { host: address, port }
    },
    async stop() {
      const closed = new Promise<void>(resolve => http.close(() => resolve()))
      hub.stop()
      const cut = setTimeout(() => http.closeAllConnections(), finishMs)
      http.closeIdleConnections()
      await closed
      clearTimeout(cut)
      sessions.stop()
      limits.stop()
      await Promise.all([engine.stop(), passwords.close()])
    },
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port')
  return address
}
