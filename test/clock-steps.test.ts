import { once } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ApiClient } from './support/api/api-client.js'
import { pair } from './support/crowd.js'
import { LivePage, messageIdOf } from './support/live-page.js'
import { ServerProcess } from './support/server-process.js'

const hour = 3_600_000
/** Shown times follow the wall clock within a second; the check itself may take as long again. */
const toleranceMs = 2000

let server: ServerProcess
function start(env: Record<string, string>): Promise<string> {
  server = new ServerProcess(env, 'test/support/stepped-server.mjs')
  return server.address()
}
afterEach(() => server.stop())

/** Sets the server's wall clock. */
async function setWallClock(stepMs: number): Promise<void> {
  server.child.send(stepMs)
  await once(server.child, 'message')
}

const stepSchema = z.object({ level: z.literal('warn'), stepMs: z.number(), apartMs: z.number() })

/** Resolves with the log's lines about clock steps, once there are this many. */
function loggedSteps(count: number): Promise<z.infer<typeof stepSchema>[]> {
  return vi.waitFor(() => {
    const lines = server.output.split('\n').filter(line => line.includes('the wall clock was set'))
    expect(lines).toHaveLength(count)
    return lines.map(line => stepSchema.parse(JSON.parse(line)))
  }, 5000)
}

const timesSchema = z.object({
  messages: z.array(z.object({ createdAt: z.string(), expiresAt: z.string() })).length(1),
})

/** Two people with open pages of their chat, which has a message. `readTimes`: when it was sent and goes, as the API and the page say. */
async function chatting(base: string) {
  const people = await pair(base)
  const [alicePage, bobPage] = [
    await LivePage.open(base, people.alice, people.chat),
    await LivePage.open(base, people.bob, people.chat),
  ]
  alicePage.say({ type: 'message:send', content: 'of that time', nonce: 'only' })
  const shown = await bobPage.operation('list', 'beforeend')
  const sentAt = Date.now()
  const api = await ApiClient.connect(base, 'bob@example.com')
  const readTimes = async () => {
    const { messages } = timesSchema.parse((await api.get(`/chat/rooms/${people.room}/messages`)).body)
    const html = await (await people.alice.get(people.chat)).text()
    const times = messages.flatMap(({ createdAt, expiresAt }) => [createdAt, expiresAt])
    for (const time of times) expect(html).toMatch(new RegExp(`<time>[^<]*${time.slice(11, 16)}`))
    return times.map(Date.parse)
  }
  return { ...people, alicePage, bobPage, sentAt, id: messageIdOf(shown), readTimes }
}

/** Whether two times are equal, apart from the duration of the test. */
function expectAbout(time: number | undefined, wanted: number): void {
  expect(Math.abs((time ?? Number.NaN) - wanted)).toBeLessThan(toleranceMs)
}

it('the wall clock set back an hour: a message goes at its time, and is shown with those of the new wall clock', async () => {
  const lifeMs = 5000
  const base = await start({ MESSAGE_TTL_MS: String(lifeMs) })
  const { alice, alicePage, bobPage, chat, id, sentAt, readTimes } = await chatting(base)
  await setWallClock(-hour)
  const [step] = await loggedSteps(1)
  expectAbout(step?.stepMs, -hour)
  const [shownSent, shownGone] = await readTimes()
  expectAbout(shownSent, sentAt - hour)
  expectAbout(shownGone, sentAt + lifeMs - hour)
  for (const page of [alicePage, bobPage]) {
    const gone = await page.operation(`m-${id}`, 'delete')
    expect(gone.at - sentAt).toBeGreaterThan(lifeMs - 500)
    expect(gone.at - sentAt).toBeLessThanOrEqual(lifeMs + 250)
  }
  expect(await (await alice.get(chat)).text()).not.toContain('of that time')
})

it('the wall clock set forward two hours, and right again: what lives lives on, whoever is here stays, and so does the chat', async () => {
  const base = await start({ ROOM_GRACE_MS: '1000' })
  const { alice, alicePage, bobPage, chat, sentAt, readTimes } = await chatting(base)
  alicePage.forget()
  bobPage.forget()
  await setWallClock(2 * hour)
  const page = await (await alice.get(chat)).text()
  expect(page).toContain('of that time')
  expect(page).toMatch(/id="presence"[^>]*>.*Online/)
  const [step] = await loggedSteps(1)
  expectAbout(step?.stepMs, 2 * hour)
  const [shownSent, shownGone] = await readTimes()
  expectAbout(shownSent, sentAt + 2 * hour)
  expectAbout(shownGone, sentAt + 3 * hour)
  expect(await alicePage.fence()).toEqual([])
  expect(await bobPage.fence()).toEqual([])

  await setWallClock(-2 * hour)
  const [, back] = await loggedSteps(2)
  expectAbout(back?.stepMs, -2 * hour)
  expectAbout(back?.apartMs, 0)
})
