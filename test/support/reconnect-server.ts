import { startTestServer } from './test-server.js'

/** A server in its own process, which on any message tells its parent how much CPU time it has used so far, in ms. */
const server = await startTestServer({
  RATE_LIMIT_FRAMES: '1000000',
  MAX_CONNECTIONS_PER_USER: '1000',
  ROOM_GRACE_MS: '3600000',
})
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMs: (user + system) / 1000 })
})
process.send?.({ url: server.url })
