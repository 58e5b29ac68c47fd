import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { median } from '../bench/driver/figures.mjs'
import { fillUntilRefused, longTexts } from './support/full-memory.js'
import { fillRoom, newRoom } from './support/full-room.js'
import { highLimits } from './support/high-limits.js'
import type { HttpClient } from './support/http-client.js'
import { inMemoryGroup, mayMakeMemoryGroup } from './support/memory-group.js'
import { getBytes, getPackedBytes, rawConnection } from './support/raw-request.js'
import { ServerProcess } from './support/server-process.js'

/** Two more people than the shares that fill the server: each may hold an eighth. */
const rooms = 5

/** What one person may open without anybody's stopping them. */
const [connectionsEach, requestsEach] = [8, 20]
/** For how long they load, and how often somebody else does meanwhile. A server without bounds is killed within seconds. */
const [loadingMs, pauseMs] = [12_000, 500]
/** Less than an answer waits for what its own person has not read: others wait for nothing that these have not. */
const longestMedianMs = 2500

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

describe.skipIf(!mayMakeMemoryGroup())('in a control group', () => {
  it.each([
    ['reading all of it', true, getBytes],
    ['reading nothing of what is compressed for them', false, getPackedBytes],
  ])(
    'a server of 256 MB lives while twelve people load full chats as fast as they may, %s, and serves others',
    async (_how, reads, bytesOf) => {
      await inMemoryGroup(256, async group => {
        server = new ServerProcess({ ...highLimits, RATE_LIMIT_REQUESTS: '30' }, 'dist/main.js', undefined, { group })
        const url = await server.address()
        const others = await newRoom(url)
        const full = await Promise.all(Array.from({ length: 6 }, () => newRoom(url)))
        for (const room of full) await fillRoom(url, room, 150, index => longTexts.cyrillic + index)
        const loads = full.flatMap(({ chat, members }) => members.map(({ client }) => ({ client, chat })))
        const sockets = await Promise.all(
          loads.flatMap(({ client, chat }) =>
            Array.from({ length: connectionsEach }, async () => {
              const socket = await rawConnection(url)
              if (reads) socket.resume()
              else socket.pause()
              socket.write(bytesOf(client.cookieHeader, ...Array(requestsEach).fill(chat)))
              return socket
            }),
          ),
        )
        const [{ client }] = others.members
        const until = performance.now() + loadingMs
        const tookMs: number[] = []
        while (performance.now() < until) {
          const askedAt = performance.now()
          expect((await client.get(others.chat)).status).toBe(200)
          tookMs.push(performance.now() - askedAt)
          await delay(pauseMs)
        }
        expect(median(tookMs)).toBeLessThan(longestMedianMs)
        for (const socket of sockets) socket.destroy()
        expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' })
        await server.stop()
      })
    },
  )

  it('a server of 256 MB serves twenty people who load full chats at once, and all tabs of one', async () => {
    await inMemoryGroup(256, async group => {
      server = new ServerProcess({ ...highLimits, RATE_LIMIT_REQUESTS: '30' }, 'dist/main.js', undefined, { group })
      const url = await server.address()
      const rooms = await Promise.all(Array.from({ length: 10 }, () => newRoom(url)))
      for (const room of rooms) await fillRoom(url, room, 100, index => longTexts.cyrillic + index)
      const old = await newRoom(url)
      await fillRoom(url, old, 2000, index => `${index}: ${'What about tomorrow? '.repeat(10)}`)
      const load = async (client: HttpClient, path: string) => {
        const answer = await client.get(path)
        const html = await answer.text()
        return [answer.status, html.match(/data-message-id/g)?.length]
      }
      const members = rooms.flatMap(({ chat, members }) => members.map(({ client }) => ({ client, chat })))
      const loaded = await Promise.all(members.map(({ client, chat }) => load(client, chat)))
      expect(loaded).toEqual(members.map(() => [200, 100]))
      const [{ client }] = old.members
      const tabs = await Promise.all(Array.from({ length: 8 }, () => load(client, `${old.chat}?newest`)))
      expect(tabs).toEqual(tabs.map(() => [200, 100]))
      await server.stop()
    })
  })
})
