import { setTimeout as delay } from 'node:timers/promises'
import type WebSocket from 'ws'
import { z } from 'zod'
import { newRoom, openProgram, type Room } from '../support/full-room.js'
import type { Chats } from './chats.js'
import { type Fault, unless } from './fault.js'
import type { Stage } from './stage.js'
import { hurtWhileChatting } from './trial.js'

const heapMegabytes = 64
const rooms = 12
/** Cyrillic letters take two bytes each, in memory and on the line. */
const text = 'Ж'.repeat(4800)
const sentAtOnce = 4
const fillingMs = 60_000
const full = ['person_full', 'server_full', 'room_full']
const replySchema = z.object({ type: z.literal('reply'), ok: z.boolean(), code: z.string().optional() })

/** Sends until it is refused; resolves with the code, '' where the connection or the time ended before. */
async function fillUntilRefused(socket: WebSocket, roomId: string, onTaken: () => void): Promise<string> {
  let number = 0
  const send = () => {
    number += 1
    socket.send(JSON.stringify({ type: 'message:send', roomId, content: text, nonce: `n${number}`, ref: number }))
  }
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(''), fillingMs)
    const end = (code: string) => {
      clearTimeout(timer)
      resolve(code)
    }
    socket.on('close', () => end(''))
    socket.on('message', data => {
      const said = data.toString()
      // Skips the messages themselves, which also come.
      const reply = said.startsWith('{"type":"reply"') ? replySchema.parse(JSON.parse(said)) : null
      if (reply?.ok === false) return end(reply.code ?? '')
      if (reply === null) return
      onTaken()
      send()
    })
    for (let count = 0; count < sentAtOnce; count += 1) send()
  })
}

/** Has everybody of some rooms send until they are refused; resolves with how often which code came, and what was taken. */
async function fillAll(stage: Stage, filled: readonly Room[]): Promise<{ codes: string[]; taken: number }> {
  let taken = 0
  const codes = filled.flatMap(({ members, roomId }) =>
    members.map(async member => {
      const socket = await openProgram(stage.url, member)
      const code = await fillUntilRefused(socket, roomId, () => {
        taken += 1
      })
      socket.terminate()
      return code
    }),
  )
  return { codes: await Promise.all(codes), taken }
}

async function fillMemory(stage: Stage, chats: Chats) {
  await delay(1000)
  await chats.hush()
  const filled: Room[] = []
  for (let count = 0; count < rooms; count += 1) filled.push(await newRoom(stage.url))
  const { codes, taken } = await fillAll(stage, filled)
  const refused = codes.filter(code => full.includes(code))
  const isAlive = await stage.isWell()
  if (isAlive) {
    for (const { members, chat } of filled) await members[0].client.post(`${chat}/end`, {}, `${chat}/end`)
    // With room again, the others go on.
    chats.talk(400)
    await delay(1500)
  }
  const [death = ''] = /FATAL ERROR.*/.exec(stage.server.output) ?? []
  return {
    told: `whoever writes, after ${taken} messages: ${[...new Set(refused)].join(', ') || 'nothing'}`,
    broken: [
      ...unless(isAlive, `the server died after ${taken} messages: ${death}`),
      ...unless(refused.length === codes.length, `${codes.length - refused.length} people were cut before any refusal`),
    ],
  }
}

export const littleMemory: Fault = {
  name: `heap of ${heapMegabytes} MB is filled with Cyrillic text`,
  isShort: false,
  takesS: 90,
  run: () => {
    const env = { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}`, ROOM_MAX_MESSAGES: '100000' }
    return hurtWhileChatting({ init: { env } }, fillMemory)
  },
}
