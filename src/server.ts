import { Buffer } from 'node:buffer'
import type { Config } from './config.js'
import type { Context } from './context.js'
import { fitConnections } from './descriptors.js'
import { formLimitOf } from './http/body-readers.js'
import { createHttpServer } from './http/http-server.js'
import { listen } from './http/listening.js'
import { messageClassesOf } from './http/message-classes.js'
import type { DeclaredRoute } from './http/routes.js'
import { Hub } from './live/hub.js'
import { collectGarbage, IdleMemory, readCpuMs, readHeapBytes, releaseMemory } from './ops/idle-memory.js'
import { Monitoring } from './ops/monitoring.js'
import { warnOfConditions } from './ops/self-check.js'
import { createApp } from './web/app.js'
import { followAccounts } from './wiring/account-changes.js'
import { openAccounts } from './wiring/accounts.js'
import { createBasis } from './wiring/basis.js'
import { createHttpParts } from './wiring/http.js'
import { createLive } from './wiring/live.js'
import { type Outside, openPush } from './wiring/push.js'
import { recoverFromLoss } from './wiring/recovery.js'
import { createRooms } from './wiring/rooms.js'

/** A server that can be started and stopped. */
export interface Server {
  /** Every route beside sockets, and who may enter. */
  readonly routes: readonly DeclaredRoute[]
  /**
   * Begins to listen, and tells at which address.
   * @throws ConfigError if the address or UPLOAD_DIR is in use or cannot be used
   */
  start(): Promise<{ host: string; port: number }>
  /** Closes sockets with 1012, gives requests a while to finish, and drops everything. */
  stop(): Promise<void>
}

// Small buffers must not share a pool: a deleted message would survive in it.
Buffer.poolSize = 0

/** When the server stops, requests have this many milliseconds to finish. */
const finishMs = 3000

/**
 * Makes all parts of the server, in the order in which they depend on each other.
 * @param asked the settings; caps that do not fit the memory there is are lowered
 * @param outside what tests put in the place of the internet
 */
export async function createServer(asked: Config, outside: Outside = {}): Promise<Server> {
  const basis = await createBasis(asked)
  const { config, log, clock, backend } = basis
  const { health } = backend
  const { maxConnections, lowered } = fitConnections(config.maxConnections)
  const accounts = await openAccounts(basis)
  const push = await openPush({ ...basis, ...accounts, outside, onOutcome: outcome => observer.pushed(outcome) })
  const roomParts = await createRooms({ ...basis, ...accounts, ...push })
  const { rooms, images } = roomParts
  const hub = new Hub(backend.engine, clock, log, config.maxConnectionsPerUser, backend.peers, push.openSessions)
  followAccounts({ ...basis, ...accounts, ...roomParts, hub })
  recoverFromLoss({ ...basis, ...accounts, hub })
  const monitoring = await Monitoring.open({
    clock,
    log,
    // A line for the operator, not for whoever tries the server on a machine of their own.
    statisticsLevel: config.isProduction ? 'info' : 'debug',
    rooms,
    images,
    config,
    metricsToken: config.metricsToken,
    health,
    countConnections: async () => ({ connections: hub.connectionCount, ...(await countConnections()) }),
  })
  const { observer } = monitoring
  const parts = { ...basis, ...accounts, ...push, ...roomParts, hub, observer, health }
  const httpParts = createHttpParts(parts)
  const { sockets, ...live } = createLive({ ...parts, ...httpParts })
  const context: Context = { ...parts, ...httpParts, ...live }
  const { app, routes } = createApp(context, monitoring.pages)
  const { http, countConnections, cut } = createHttpServer(app, {
    maxConnections,
    maxDiscarded: config.images.maxSize + formLimitOf(config.messageMaxLength),
    isBehindProxy: config.trustProxy > 0,
    onRefused: reason => observer.refused('connection', reason),
    onWebSocket: (request, head) => sockets.upgrade(request, request.socket, head),
    messageClasses: messageClassesOf(app),
  })
  const collecting = { readCpuMs, readHeapBytes, collect: collectGarbage, release: releaseMemory }
  const idleMemory = new IdleMemory({ clock, rooms, ...collecting })

  return {
    routes,
    async start() {
      await images.start()
      const { address, port } = await listen(http, config)
      context.cookieNames.listensOn(port)
      if (lowered) {
        // Nobody has asked for the default on a machine for development.
        const level = config.isProduction || config.setsMaxConnections ? 'warn' : 'info'
        log[level](lowered, 'MAX_CONNECTIONS was lowered to what the limit on open files (ulimit -n) allows')
      }
      if (config.isProduction) warnOfConditions(log, basis)
      return { host: address, port }
    },
    async stop() {
      const closed = new Promise<void>(resolve => http.close(() => resolve()))
      hub.stop()
      const patience = setTimeout(cut, finishMs)
      http.closeIdleConnections()
      await closed
      clearTimeout(patience)
      monitoring.stop()
      idleMemory.stop()
      push.stop()
      sockets.stop()
      context.sessions.stop()
      await Promise.all([images.stop(), accounts.close()])
      await backend.close()
    },
  }
}
