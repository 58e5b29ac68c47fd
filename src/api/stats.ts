import { z } from 'zod'
import type { Context } from '../context.js'
import { accountOf } from '../http/request.js'
import { type Endpoint, endpoint } from './endpoint.js'

const count = z.int().min(0)

const ownStatsSchema = z
  .object({
    rooms: count,
    messages: count.describe('Those that you may see in them.'),
    bytesHeld: count.describe('What these hold in memory, about.'),
  })
  .strict()
  .meta({ id: 'OwnStats', description: 'What the server holds of your chats at this moment' })

const serverStatsSchema = ownStatsSchema
  .extend({
    onlineUsers: count.describe('Like rooms, messages and bytes: of all nodes together.'),
    connections: count.describe('Open sockets and streams of this node.'),
    expiredMessages: count.describe(
      'Since the server started, on all nodes together; over Redis, since that was empty.',
    ),
  })
  .meta({ id: 'ServerStats', description: 'What the server holds at this moment' })

/** Numbers of what is held: a member gets their own, the operator those of the server. */
export function statsEndpoints({ rooms, hub }: Pick<Context, 'rooms' | 'hub'>): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/chat/stats',
      name: 'readStats',
      summary: 'What the server holds of your chats, in numbers; with the operator’s token, what it holds of all',
      access: 'member or operator',
      answers: { 200: { description: 'The numbers', schema: z.union([ownStatsSchema, serverStatsSchema]) } },
      refusals: [],
      handle: async ({ request }) => {
        if (!request.isOperator) return { status: 200, body: await rooms.reads.readOwnStats(accountOf(request).id) }
        const stats = await rooms.reads.readStats()
        return { status: 200, body: { ...stats, connections: hub.connectionCount } }
      },
    }),
  ]
}
