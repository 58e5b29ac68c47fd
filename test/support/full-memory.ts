import { z } from 'zod'
import { type Member, openProgram } from './full-room.js'

/** What came of somebody who sent until they were refused. */
export interface Filling {
  /** With which code; '' where the connection, or the time, ended before any refusal. */
  readonly code: string
  /** How many messages were taken until then. */
  readonly taken: number
}

const sentAtOnce = 4
const patienceMs = 60_000
/** Letters of people who write much. Cyrillic ones take two bytes each, in memory and on the line. */
export const longTexts = { cyrillic: 'Ж'.repeat(4800), latin: 'w'.repeat(4800) } as const

const replySchema = z.object({ type: z.literal('reply'), ok: z.boolean(), code: z.string().optional() })

/**
 * Has somebody send one text as a program, a few at once, until they are refused.
 * @param roomId the room that they send to; its server must allow as many messages in a room, and as many a second
 */
export async function fillUntilRefused(
  url: string,
  member: Pick<Member, 'token'>,
  roomId: string,
  text: string,
): Promise<Filling> {
  const socket = await openProgram(url, member)
  let [number, taken] = [0, 0]
  const send = () => {
    number += 1
    socket.send(JSON.stringify({ type: 'message:send', roomId, content: text, nonce: `n${number}`, ref: number }))
  }
  try {
    return await new Promise(resolve => {
      const timer = setTimeout(() => end(''), patienceMs)
      const end = (code: string) => {
        clearTimeout(timer)
        resolve({ code, taken })
      }
      socket.on('close', () => end(''))
      socket.on('message', data => {
        const said = data.toString()
        // Skips the messages themselves, which also come.
        const reply = said.startsWith('{"type":"reply"') ? replySchema.parse(JSON.parse(said)) : null
        if (reply?.ok === false) return end(reply.code ?? '')
        if (reply === null) return
        taken += 1
        send()
      })
      for (let count = 0; count < sentAtOnce; count += 1) send()
    })
  } finally {
    socket.terminate()
  }
}
