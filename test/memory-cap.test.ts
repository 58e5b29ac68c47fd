import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { ServerProcess } from './support/server-process.js'

/** One more than the shares that fill the server: each person may hold an eighth. */
const people = 9
/** As long as people write on a bad day, in letters of two bytes. */
const content = 'щ'.repeat(4800)
const atOnce = 20
const mostMessages = 20_000

let server: ServerProcess
afterEach(() => server.stop())

const admitted = z.object({ token: z.string(), user: z.object({ id: z.string() }) })
const opened = z.object({ roomId: z.string() })
const problem = z.object({ code: z.string() })

async function post(url: string, token: string | null, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  return fetch(`${url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Registers somebody. */
async function join(url: string, name: string) {
  const account = { username: name, email: `${name}@example.com`, password: 'long enough' }
  return admitted.parse(await (await post(url, null, '/auth/register', account)).json())
}

/** Sends for one person until they are refused; resolves with the code, and how many were sent. */
async function sendUntilRefused(url: string, token: string, roomId: string): Promise<{ code: string; sent: number }> {
  let [sent, tried, code] = [0, 0, '']
  const sendOn = async () => {
    while (code === '' && tried < mostMessages) {
      tried += 1
      const response = await post(url, token, `/chat/rooms/${roomId}/messages`, { content, nonce: `n${tried}` })
      const answer: unknown = await response.json()
      if (response.status === 201) sent += 1
      else code = problem.parse(answer).code
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendOn))
  return { code, sent }
}

it('a server whose heap is small refuses what is too much for it, and lives; the log says what was lowered, and why', async () => {
  server = new ServerProcess({
    NODE_OPTIONS: '--max-old-space-size=64',
    LOG_LEVEL: 'warn',
    ROOM_MAX_MESSAGES: '1000000',
    ...{ RATE_LIMIT_API: '1000000', RATE_LIMIT_MESSAGES: '1000000', RATE_LIMIT_REQUESTS: '1000000' },
    ...{ RATE_LIMIT_AUTH_ADDRESS: '1000', RATE_LIMIT_REACHING: '1000' },
  })
  const url = await server.address()
  const joined = await Promise.all(Array.from({ length: people }, (_, index) => join(url, `person-${index}`)))
  const codes: string[] = []
  let messages = 0
  for (const [index, { token }] of joined.entries()) {
    const otherUserId = joined[(index + 1) % people]?.user.id
    const { roomId } = opened.parse(await (await post(url, token, '/chat/rooms', { otherUserId })).json())
    const { code, sent } = await sendUntilRefused(url, token, roomId)
    codes.push(code)
    messages += sent
  }
  expect(codes.slice(0, 7)).toEqual(Array(7).fill('person_full'))
  expect(codes.at(-1)).toBe('server_full')
  expect(messages).toBeGreaterThan(500)
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
  const [line = '{}'] = server.output.split('\n').filter(each => each.includes('MAX_MESSAGE_MEMORY_MB'))
  expect(JSON.parse(line)).toMatchObject({
    ...{ level: 'warn', setting: 'MAX_MESSAGE_MEMORY_MB', askedMegabytes: 256, limitedBy: 'heap' },
    msg: 'MAX_MESSAGE_MEMORY_MB was lowered to what fits the memory there is',
  })
})
