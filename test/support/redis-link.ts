import { afterAll, beforeAll } from 'vitest'
import { connect } from '#src/redis/connection.js'
import type { RedisLink } from '#src/redis/link.js'
import type { RedisServer } from './redis-server.js'

/** Starts servers before the tests of a file or block, and ends them after. Returns how to reach them meanwhile. */
export function linkTo(start: () => Promise<RedisServer>): () => RedisLink {
  let server: RedisServer | null = null
  let link: RedisLink | null = null
  beforeAll(async () => {
    server = await start()
    link = await connect(server.url, error => {
      throw error
    })
  })
  afterAll(async () => {
    link?.close()
    await server?.stop()
  })
  return () => {
    if (link === null) throw new Error('The Redis server has not started')
    return link
  }
}
