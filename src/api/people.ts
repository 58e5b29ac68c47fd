import { z } from 'zod'
import type { FoundPeople } from '../accounts/people.js'
import type { UserId } from '../chat/engine.js'
import type { Context } from '../context.js'
import { accountOf } from '../http/request.js'
import { isoTimeOf } from '../live/json/messages.js'
import { type Endpoint, endpoint } from './endpoint.js'

const minQuery = 2

const personSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    isOnline: z.boolean().nullable().describe('Null unless you share a room that they have opened, or written in.'),
    lastSeen: z.iso
      .datetime()
      .nullable()
      .describe('Null if they are online or were never seen, and if `isOnline` is null.'),
  })
  .meta({ id: 'Person', description: 'Somebody else' })

const foundSchema = z.object({
  users: z.array(personSchema).max(20),
  more: z.boolean().describe('Whether there are others. A longer query finds them.'),
})

/** The name to look for; a shorter one would list everybody. */
const searchInput = z.object({
  q: z
    .string('required')
    .trim()
    .max(100, 'query_long')
    .refine(query => [...query].length >= minQuery, 'query_short')
    .describe(
      '2 characters or more of a name; case and accents make no difference. The whole name where the directory is `exact`.',
    ),
})

/** Finding people. */
export function peopleEndpoints({ people, rooms, clock }: Pick<Context, 'people' | 'rooms' | 'clock'>): Endpoint[] {
  const show = async (viewerId: UserId, { people: found, more }: FoundPeople) => {
    const presences = await rooms.reads.readPresence(
      viewerId,
      found.map(({ id }) => id),
    )
    const users = found.map(({ id, username }) => {
      const presence = presences.get(id)
      const lastSeen = presence?.lastSeen ?? null
      return { id, username, isOnline: presence?.isOnline ?? null, lastSeen: lastSeen && isoTimeOf(lastSeen, clock) }
    })
    return { status: 200, body: { users, more } }
  }
  return [
    endpoint({
      method: 'get',
      path: '/users',
      name: 'listPeople',
      summary: 'The first 20 people by name; nobody where the directory is `exact`',
      answers: { 200: { description: 'People', schema: foundSchema } },
      refusals: [],
      handle: async ({ request }) => {
        const { id } = accountOf(request)
        return show(id, await people.search('', id))
      },
    }),
    endpoint({
      method: 'get',
      path: '/users/search',
      name: 'findPeople',
      summary: 'Find people by name',
      query: searchInput,
      answers: { 200: { description: 'Those found, at most 20', schema: foundSchema } },
      refusals: ['invalid'],
      handle: async ({ request, query }) => {
        const { id } = accountOf(request)
        return show(id, await people.search(query.q, id))
      },
    }),
  ]
}
