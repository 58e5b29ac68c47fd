import { afterEach, expect, it } from 'vitest'
import { fillUntilRefused, longTexts } from './support/full-memory.js'
import { newRoom } from './support/full-room.js'
import { highLimits } from './support/high-limits.js'
import { ServerProcess } from './support/server-process.js'

/** Two more people than the shares that fill the server: each may hold an eighth. */
const rooms = 5

let server: ServerProcess
afterEach(() => server.stop())

it('a server whose heap is small refuses what is too much for it, and lives; the log says what was lowered, and why', async () => {
  server = new ServerProcess({
    NODE_OPTIONS: '--max-old-space-size=64',
    LOG_LEVEL: 'warn',
    ROOM_MAX_MESSAGES: '1000000',
    ...highLimits,
  })
  const url = await server.address()
  const codes: string[] = []
  let messages = 0
  for (let count = 0; count < rooms; count += 1) {
    const { members, roomId } = await newRoom(url)
    for (const member of members) {
      const { code, taken } = await fillUntilRefused(url, member, roomId, longTexts.cyrillic)
      codes.push(code)
      messages += taken
    }
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
