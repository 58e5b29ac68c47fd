import { z } from 'zod'
import type { Engine } from '../chat/engine.js'
import { type Endpoint, endpoint } from './endpoint.js'

const count = z.int().min(0)

const statsSchema = z
  .object({
    rooms: count,
    messages: count,
    onlineUsers: count,
    connections: count.describe('Open sockets and streams of this node.'),
    bytesHeld: count.describe('What messages hold in memory, about.'),
    expiredMessages: count.describe('Since the server started.'),
  })
  .meta({ id: 'Stats', description: 'What the server holds at this moment' })

/** What the server holds, in numbers. */
export function statsEndpoints(deps: {
  engine: Pick<Engine, 'readStats'>
  countConnections: () => number
}): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/chat/stats',
      name: 'readStats',
      summary: 'What the server holds, in numbers',
      access: 'person',
      answers: { 200: { description: 'The numbers', schema: statsSchema } },
      refusals: [],
      handle: async () => {
        const stats = await deps.engine.readStats()
        return { status: 200, body: { ...stats, connections: deps.countConnections() } }
      },
    }),
  ]
}
