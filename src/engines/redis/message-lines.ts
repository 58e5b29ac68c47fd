import type { Draft, ImageRef, Message, MessageId, Quote, RoomId, UserId } from '#src/chat/engine.js'
import { mayKnowOf } from '#src/chat/privacy.js'
import { quoteOf } from '#src/quotes.js'
import { PackedReader } from './packed-reader.js'

/** Which of a room's two people: the first or the second. Scripts count from 1. */
export type Side = 1 | 2

/** Bytes of the digits of a `seq` in a message's id, in base 36. */
const idDigits = 6

/** What was written: scripts keep and pass it on, and never look into it. JSON keeps every text as it is, halves of characters too. */
interface Body {
  readonly nonce: string
  readonly text: string
  readonly image: ImageRef | null
}

/** What was written, as scripts keep it. */
export function packBody({ nonce, text, image }: Draft): string {
  const body: Body = { nonce, text, image }
  return JSON.stringify(body)
}

/** A message as a script keeps it. */
interface Line {
  readonly side: Side
  readonly isHeld: boolean
  /** The `seq` of the message that it answers; 0 for none. */
  readonly answers: number
  readonly message: Message
}

/** The names of a room that its messages and events are made with, and the messages that came with them. */
export class RoomNames {
  readonly #lines = new Map<number, Line>()

  constructor(
    readonly id: RoomId,
    readonly idBegin: string,
    readonly people: readonly [UserId, UserId],
  ) {}

  /** Reads the names of a room, as scripts begin with them. */
  static read(reader: PackedReader): RoomNames {
    return new RoomNames(reader.string(), reader.string(), [reader.string(), reader.string()])
  }

  /** One of the two people. */
  person(side: number): UserId {
    return this.people[side === 1 ? 0 : 1]
  }

  /** The id of the message with this `seq`. */
  idOf(seq: number): MessageId {
    return this.idBegin + seq.toString(36).padStart(idDigits, '0')
  }

  /** Takes in a message as a script keeps it. Returns its `seq`. */
  add(packed: Buffer): number {
    const reader = new PackedReader(packed)
    const seq = reader.number()
    const side = readSide(reader)
    const isHeld = reader.boolean()
    const times = {
      sentAt: reader.number(),
      expiresAt: reader.number(),
      lifetimeMs: reader.number(),
      livesFrom: reader.boolean() ? ('seen' as const) : ('sent' as const),
      hasBegun: reader.boolean(),
      keptTimes: reader.number(),
    }
    // What it counts for, in bytes, and what its text takes: for scripts alone.
    for (let skipped = 0; skipped < 2; skipped += 1) reader.number()
    const answers = reader.number()
    // Its picture and the digest of its nonce are in the body too.
    for (let skipped = 0; skipped < 2; skipped += 1) reader.bytes()
    const body = reader.string()
    const written: Body = body === '' ? { nonce: '', text: '', image: null } : JSON.parse(body)
    const message = {
      ...{ id: this.idOf(seq), roomId: this.id, seq, senderId: this.person(side), ...written, replyTo: null },
      ...times,
    }
    this.#lines.set(seq, { side, isHeld, answers, message })
    return seq
  }

  /** Takes in messages as scripts keep them. Returns them without what they quote. */
  addAll(packed: readonly Buffer[]): Message[] {
    return packed.map(each => this.message(this.add(each)))
  }

  /** A message that was taken in, without what it quotes. */
  message(seq: number): Message {
    return this.#line(seq).message
  }

  /** The same, with what it quotes as far as one of the two may know of that. */
  messageFor(side: Side, seq: number): Message {
    const { message, answers } = this.#line(seq)
    return answers === 0 ? message : { ...message, replyTo: this.quoteFor(side, answers) }
  }

  /** What a reply shows to one of the two of the message that it answers; null if they may not know of it or it is gone. */
  quoteFor(side: Side, seq: number): Quote | null {
    const line = this.#lines.get(seq)
    return line !== undefined && mayKnowOf(side, line.side, line.isHeld) ? quoteOf(line.message) : null
  }

  #line(seq: number): Line {
    const line = this.#lines.get(seq)
    if (line === undefined) throw new RangeError(`A script left out the message ${seq}`)
    return line
  }
}

/** Which of the two people. */
export function readSide(reader: PackedReader): Side {
  return reader.number() === 1 ? 1 : 2
}
