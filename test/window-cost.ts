import { once } from 'node:events'
import WebSocket from 'ws'
import { z } from 'zod'
import { LivePage } from './live-page.js'
import { ServerProcess } from './server-process.js'
import { fillRoom, newRoom, openProgram, type Room } from './siege/full-room.js'

/** What something costs in a small room and in a big one: milliseconds of the server's processor time, medians of the rounds. */
export interface WindowCost {
  readonly what: string
  readonly smallMs: number
  readonly bigMs: number
  readonly ratio: number
}

export interface WindowPlan {
  readonly rounds: number
  /** Messages in the two rooms. */
  readonly small: number
  readonly big: number
}

/** Something that is done to a room, as often as makes one round long enough to be measured. */
interface Deed {
  readonly what: string
  readonly times: number
  readonly run: (visit: Visit) => Promise<void>
}

/** A room as somebody is in it who has seen everything: it is theirs that is measured. */
interface Visit {
  readonly url: string
  readonly room: Room
  /** What a page connects to that has missed one message, which says this. */
  readonly missing: { readonly address: URL; readonly text: string }
  readonly page: LivePage
  readonly otherPage: LivePage
  readonly program: WebSocket
}

const reply = z.object({ ok: z.literal(true), messageId: z.string().optional() })

const deeds: readonly Deed[] = [
  { what: 'open: GET of the page', times: 60, run: openPage },
  { what: 'catch up: the socket of a page that missed one message', times: 60, run: catchUp },
  { what: 'read: GET of the messages by the API', times: 100, run: readByApi },
  { what: 'join: room:join of a program', times: 100, run: join },
  // Few, and last: the rooms grow by them.
  { what: 'send: from one page to the other', times: 40, run: send },
]

let sent = 0

/** Measures on a server of its own, of which no limit is in the way. */
export async function measureWindow({ rounds, small, big }: WindowPlan): Promise<WindowCost[]> {
  const limits = ['API', 'AUTH_ADDRESS', 'FRAMES', 'MESSAGES', 'REQUESTS', 'REACHING'].map(name => `RATE_LIMIT_${name}`)
  const server = new ServerProcess(
    { LOG_LEVEL: 'error', ROOM_MAX_MESSAGES: '1000000', ...Object.fromEntries(limits.map(name => [name, '1000000'])) },
    'bench/server/measured.mjs',
  )
  const usedMs = async () => {
    const said = once(server.child, 'message')
    server.child.send('used')
    return z.number().parse((await said)[0])
  }
  const url = await server.address()
  const visits = [await visit(url, small), await visit(url, big)]
  const costs: WindowCost[] = []
  for (const { what, times, run } of deeds) {
    const samples: number[][] = visits.map(() => [])
    // The first round warms the code up. Each room comes first by turns.
    for (let round = 0; round <= rounds; round += 1) {
      for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const [place, before] = [visits[index], await usedMs()]
        for (let time = 0; place && time < times; time += 1) await run(place)
        if (round > 0) samples[index]?.push(((await usedMs()) - before) / times)
      }
    }
    const [smallMs = Number.NaN, bigMs = Number.NaN] = samples.map(medianOf)
    costs.push({ what, smallMs, bigMs, ratio: bigMs / smallMs })
  }
  for (const { page, otherPage, program } of visits) {
    for (const socket of [page.socket, otherPage.socket, program]) socket.terminate()
  }
  await server.stop()
  return costs
}

/** Makes a room, which its two people have read to its end, and a page of it that has missed the last message. */
async function visit(url: string, messages: number): Promise<Visit> {
  const room = await newRoom(url)
  const [member, other] = room.members
  await fillRoom(url, room, messages - 3, index => `This is message ${index}, of the length that messages have mostly.`)
  const [program, otherProgram] = [await openProgram(url, member), await openProgram(url, other)]
  for (const [writer, reader] of [
    [program, otherProgram],
    [otherProgram, program],
  ] as const) {
    const { roomId } = room
    const { messageId } = await ask(writer, { type: 'message:send', roomId, content: 'the last', nonce: 'last' })
    await ask(reader, { type: 'message:status', roomId, messageId, status: 'seen' })
  }
  otherProgram.terminate()
  const html = await (await member.client.get(room.chat)).text()
  const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
  const page = await LivePage.open(url, member.client, room.chat)
  const otherPage = await LivePage.open(url, other.client, room.chat)
  const missing = {
    address: new URL(address.replaceAll('&amp;', '&'), url.replace('http', 'ws')),
    text: `missed in the room of ${messages}`,
  }
  page.say({ type: 'message:send', content: missing.text, nonce: 'missed' })
  await otherPage.frame(({ text }) => text.includes(missing.text))
  return { url, room, missing, page, otherPage, program }
}

async function readByApi({ url, room: { roomId, members } }: Visit): Promise<void> {
  const headers = { authorization: `Bearer ${members[0].token}` }
  const response = await fetch(`${url}/api/chat/rooms/${roomId}/messages`, { headers })
  if (!response.ok) throw new Error(`The API answered ${response.status}`)
  await response.text()
}

async function openPage({ room: { members, chat } }: Visit): Promise<void> {
  const response = await members[0].client.get(chat)
  if (!response.ok) throw new Error(`The page answered ${response.status}`)
  await response.text()
}

async function catchUp({ room, missing }: Visit): Promise<void> {
  const socket = new WebSocket(missing.address, { headers: { cookie: room.members[0].client.cookieHeader } })
  await new Promise<void>((resolve, reject) => {
    socket.on('message', data => data.toString().includes(missing.text) && resolve())
    socket.on('close', code => reject(new Error(`The page was closed with ${code} as it caught up`)))
    socket.on('error', reject)
  })
  socket.terminate()
}

async function join({ room: { roomId }, program }: Visit): Promise<void> {
  await ask(program, { type: 'room:join', roomId })
}

async function send({ page, otherPage }: Visit): Promise<void> {
  sent += 1
  const content = `sent as number ${sent}.`
  page.say({ type: 'message:send', content, nonce: `sent-${sent}` })
  await otherPage.frame(({ text }) => text.includes(content))
  for (const { frames } of [page, otherPage]) frames.length = 0
}

let asked = 0

/** Says a frame to which the answer is `ok`, and gives the answer. */
async function ask(program: WebSocket, frame: Record<string, unknown>): Promise<z.infer<typeof reply>> {
  asked += 1
  const ref = asked
  const answer = new Promise<unknown>((resolve, reject) => {
    const look = (data: WebSocket.RawData) => {
      const said: unknown = JSON.parse(data.toString())
      if (!z.object({ ref: z.literal(ref) }).safeParse(said).success) return
      program.off('message', look).off('close', end)
      resolve(said)
    }
    const end = (code: number) => reject(new Error(`The program was closed with ${code}`))
    program.on('message', look).on('close', end)
  })
  program.send(JSON.stringify({ ...frame, ref }))
  return reply.parse(await answer)
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
