import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readRows } from '../support/page-client.js'
import { RoomVisit } from '../support/room-visit.js'
import { startTestServer } from '../support/test-server.js'
import { limitsAway } from '../support/window-cost.js'

const kilobyte = 1024
/** A hundred messages with all that stands around them. */
const pageBytes = 192 * kilobyte
const jsonBytes = 64 * kilobyte

let visit: RoomVisit
let stop: () => Promise<void>
beforeAll(async () => {
  const server = await startTestServer(limitsAway)
  visit = await RoomVisit.enter(server.url, 2000)
  stop = async () => {
    visit.leave()
    await server.stop()
  }
})
afterAll(() => stop())

const windowSchema = z.looseObject({ hasEarlier: z.boolean(), messages: z.array(z.looseObject({ seq: z.number() })) })
const newestHundred = Array.from({ length: 100 }, (_, index) => 1901 + index)

describe('a room of 2,000 messages', () => {
  it('is opened as its newest hundred', async () => {
    const html = await visit.open()
    expect(readRows(html).map(({ seq }) => seq)).toEqual(newestHundred)
    expect(Buffer.byteLength(html)).toBeLessThan(pageBytes)
  })

  it('catches a page up that missed one message with little more than what the page shows', async () => {
    const text = await visit.catchUp()
    expect(readRows(text).length).toBeLessThanOrEqual(101)
    expect(Buffer.byteLength(text)).toBeLessThan(pageBytes)
  })

  it.each([
    ['the API', () => visit.read()],
    ['the join of a program', () => visit.join()],
  ])('is given by %s as its newest hundred', async (_, ask) => {
    const text = await ask()
    const { hasEarlier, messages } = windowSchema.parse(JSON.parse(text))
    expect(messages.map(({ seq }) => seq)).toEqual(newestHundred)
    expect(hasEarlier).toBe(true)
    expect(Buffer.byteLength(text)).toBeLessThan(jsonBytes)
  })
})
