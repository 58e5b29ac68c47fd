import type { Message, MessageId, Quote } from '#src/chat/engine.js'
import { quoteOf } from '#src/quotes.js'
import { knowsOf } from './counts.js'
import type { Entry } from './message-store.js'
import type { Member } from './model.js'

/** A message as one of its room's people may know it: a reply with its quote, as long as the message it answers lives. */
export function messageFor(member: Member, { message, answers }: Entry): Message {
  return answers === null ? message : { ...message, replyTo: quoteFor(member, answers) }
}

/** What a reply shows to someone of the message that it answers; null if they may not know of it or it is gone. */
export function quoteFor(member: Member, id: MessageId): Quote | null {
  const entry = member.room.messages.get(id)
  return entry !== undefined && knowsOf(member, entry) ? quoteOf(entry.message) : null
}
