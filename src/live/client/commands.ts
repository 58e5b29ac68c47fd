import { z } from 'zod'
import { type Answer, goOn } from '../../chat/answer.js'
import { cursorKinds, type Message, type Sent, type UserId, usualWindow } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import { idSchema, messageInput } from '../../chat/message-input.js'
import type { Rooms } from '../../chat/rooms.js'

const roomId = idSchema
const total = z.coerce.number().int().min(0)
const send = messageInput.extend({ type: z.literal('message:send'), roomId })
const report = z.object({
  type: z.literal('message:status'),
  roomId,
  messageId: idSchema,
  status: z.enum(cursorKinds),
})
const typing = [
  z.object({ type: z.literal('typing:start'), roomId }),
  z.object({ type: z.literal('typing:stop'), roomId }),
] as const

/** The commands of programs. `npm run describe` publishes them. */
export const commandSchema = z.discriminatedUnion('type', [send, report, ...typing])

/** A message and its room, as `listReport` joins them. */
const reportPattern = /^([\w-]{1,64})\.([\w-]{1,64})$/

/**
 * The commands of pages, over a socket or as posted forms: those of programs, from which `seq` on the messages up to the
 * reported one were in view, which messages their list of chats shows, and up to which totals they have shown how many
 * messages vanished before they were seen.
 */
export const pageCommandSchema = z.discriminatedUnion('type', [
  send,
  report.extend({ inViewFrom: z.coerce.number().int().min(1).optional() }),
  ...typing,
  z.object({ type: z.literal('vanished:shown'), roomId, theirs: total, mine: total }),
  z.object({
    type: z.literal('list:delivered'),
    reports: z
      .string()
      .max(usualWindow * 130)
      .transform(reports => reports.split(' ').slice(0, usualWindow)),
  }),
])

export type Command = z.infer<typeof pageCommandSchema>

/** What a page says once its list of chats shows these messages: `reports` of `list:delivered`. */
export function listReport(messages: readonly Pick<Message, 'id' | 'roomId'>[]): string {
  return messages.map(({ roomId, id }) => `${roomId}.${id}`).join(' ')
}

/**
 * Executes a person's command. The answer is null if there is nothing to say.
 * @param seesFrom from which `seq` on a report that a message was seen speaks of those before it too; else of it alone
 * @throws ChatError as the method of Rooms does, or rejects with it
 */
export function execute(command: Command, userId: UserId, rooms: Rooms, seesFrom?: number): Answer<Sent | null> {
  switch (command.type) {
    case 'message:send':
      return rooms.send(command.roomId, userId, command)
    case 'message:status': {
      const { roomId, status, messageId, inViewFrom = seesFrom } = command
      return goOn(rooms.report(roomId, userId, status, messageId, inViewFrom), () => null)
    }
    case 'list:delivered':
      return goOn(reportDelivered(command.reports, userId, rooms), () => null)
    case 'vanished:shown':
      return goOn(rooms.noteVanishedShown(command.roomId, userId, command), () => null)
    case 'typing:start':
    case 'typing:stop':
      return goOn(rooms.setTyping(command.roomId, userId, command.type === 'typing:start'), () => null)
  }
}

async function reportDelivered(reports: readonly string[], userId: UserId, rooms: Rooms): Promise<void> {
  for (const report of reports) {
    const [, roomId, messageId] = reportPattern.exec(report) ?? []
    if (roomId === undefined || messageId === undefined) continue
    try {
      await rooms.report(roomId, userId, 'delivered', messageId)
    } catch (error) {
      // One of many chats has ended meanwhile.
      if (!(error instanceof ChatError)) throw error
    }
  }
}

/** The most JSON tokens in a frame; real ones have far fewer, with what htmx or a program may add. */
const mostTokens = 250
const [quote, comma, colon, bracket, backslash, brace] = [0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x7b]

/**
 * Reads the text of a frame; null if it is not a JSON object, or has far too many tokens: building them would cost a hundred
 * times what a long text does.
 */
export function parseFrame(text: string): Record<string, unknown> | null {
  if (hasTooManyTokens(text)) return null
  try {
    const frame: unknown = JSON.parse(text)
    return isObject(frame) ? frame : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Counts commas, colons and opening brackets outside of strings; the answer means nothing if the text is not JSON. */
function hasTooManyTokens(text: string): boolean {
  // Each takes a character at least.
  if (text.length <= mostTokens) return false
  let tokens = 0
  let isInString = false
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit === backslash) index += 1
    else if (unit === quote) isInString = !isInString
    else if (!isInString && (unit === comma || unit === colon || unit === bracket || unit === brace)) tokens += 1
    if (tokens > mostTokens) return true
  }
  return false
}
