import { z } from 'zod'
import { cursorKinds, type Sent, type UserId } from '../../chat/engine.js'
import { idSchema, messageInput } from '../../chat/message-input.js'
import type { Rooms } from '../../chat/rooms.js'

const roomId = idSchema
const status = z.enum(cursorKinds)
const total = z.coerce.number().int().min(0)

/** The commands of pages (over a socket or as posted forms) and of programs. `npm run describe` publishes them. */
export const commandSchema = z.discriminatedUnion('type', [
  messageInput.extend({ type: z.literal('message:send'), roomId }),
  z.object({
    type: z.literal('message:status'),
    roomId,
    messageId: idSchema,
    status,
    inViewFrom: z.coerce
      .number()
      .int()
      .min(1)
      .optional()
      .describe('The `seq` from which on the messages up to this one were in view.'),
  }),
  z
    .object({ type: z.literal('vanished:shown'), roomId, theirs: total, mine: total })
    .describe('A page has shown how many messages vanished before they were seen, up to these totals.'),
  z.object({ type: z.literal('typing:start'), roomId }),
  z.object({ type: z.literal('typing:stop'), roomId }),
])

export type Command = z.infer<typeof commandSchema>

/**
 * Executes a person's command. Resolves with null if there is nothing to answer.
 * @throws ChatError as the method of Rooms does
 */
export async function execute(command: Command, userId: UserId, rooms: Rooms): Promise<Sent | null> {
  switch (command.type) {
    case 'message:send':
      return rooms.send(command.roomId, userId, command)
    case 'message:status':
      await rooms.report(command.roomId, userId, command.status, command.messageId, command.inViewFrom)
      return null
    case 'vanished:shown':
      await rooms.noteVanishedShown(command.roomId, userId, command)
      return null
    case 'typing:start':
    case 'typing:stop':
      await rooms.setTyping(command.roomId, userId, command.type === 'typing:start')
      return null
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
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? { ...frame } : null
  } catch {
    return null
  }
}

/** Counts commas, colons and opening brackets outside of strings; the answer means nothing if the text is not JSON. */
function hasTooManyTokens(text: string): boolean {
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
