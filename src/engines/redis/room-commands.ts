import type { CountedCommands, Draft, Lifetime, MessageId, RoomId, Sent, UserId } from '#src/chat/engine.js'
import { countBytes } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { packBody, RoomNames, readSide } from './message-lines.js'
import type { PackedReader } from './packed-reader.js'
import type { RoomIds } from './room-ids.js'
import type { CommandLimit, ScriptRunner } from './script-runner.js'
import type { CommandName } from './script-texts.js'
import type { SentBytes } from './sent-bytes.js'

/**
 * Redis's log of slow commands keeps the first 31 words of a command, long after the message is gone. So many empty ones bring what
 * people write behind those.
 */
const beyondSlowLog: readonly string[] = Array.from({ length: 16 }, () => '')

/** What the commands are run with. */
export interface RoomCommandParts {
  readonly runner: ScriptRunner
  readonly ids: RoomIds
  readonly sent: SentBytes
}

/** The commands by which people reach each other, each one script: with a limit, the script counts for it first. */
export class RoomCommands implements CountedCommands {
  readonly #runner: ScriptRunner
  readonly #ids: RoomIds
  readonly #sent: SentBytes
  readonly #limit: CommandLimit | null

  /** @param limit only where there is one partition: in a cluster a person's limit and a room lie on different servers */
  constructor({ runner, ids, sent }: RoomCommandParts, limit: CommandLimit | null) {
    this.#runner = runner
    this.#ids = ids
    this.#sent = sent
    this.#limit = limit
  }

  async sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<Sent> {
    const partition = this.#partitionOf(roomId)
    try {
      return await this.#send(partition, roomId, senderId, draft)
    } catch (error) {
      const isFull = error instanceof ChatError && (error.code === 'person_full' || error.code === 'server_full')
      if (!isFull || this.#runner.partitions === 1) throw error
      // What other partitions hold is known from their last answers. Each is asked before anybody is refused by it.
      await this.#sent.ask(senderId)
      return this.#send(partition, roomId, senderId, draft)
    }
  }

  async removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    await this.#run('remove', roomId, userId, messageId)
  }

  async setLifetime(roomId: RoomId, userId: UserId, { lifetimeMs, from }: Lifetime): Promise<void> {
    await this.#run('lifetime', roomId, userId, lifetimeMs, from)
  }

  async setErasure(roomId: RoomId, userId: UserId, erasesWhenLeft: boolean): Promise<void> {
    await this.#run('erasure', roomId, userId, erasesWhenLeft ? 1 : 0)
  }

  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#run('keep', roomId, userId)
  }

  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    await this.#run('typing', roomId, userId, isTyping ? 1 : 0)
  }

  async endRoom(roomId: RoomId, userId: UserId): Promise<void> {
    await this.#run('end', roomId, userId)
  }

  async #send(partition: number, roomId: RoomId, senderId: UserId, draft: Draft): Promise<Sent> {
    const { nonce, text, image, replyTo, mostLifetimeMs } = draft
    const textBytes = Buffer.byteLength(text) + Buffer.byteLength(image?.alt ?? '')
    const answer = await this.#runner.runCounted(
      this.#limit,
      ...(['send', partition, roomId, senderId, this.#ids.digestOf(nonce), countBytes(draft), textBytes] as const),
      ...[image?.id ?? '', mostLifetimeMs ?? '', replyTo ?? ''],
      ...[this.#sent.elsewhere(senderId, partition), this.#runner.heldElsewhere(partition)],
      ...[...beyondSlowLog, packBody(draft)],
    )
    const room = RoomNames.read(answer)
    const side = readSide(answer)
    for (const line of answer.list(() => answer.bytes())) room.add(line)
    const message = room.messageFor(side, answer.number())
    const duplicate = answer.boolean()
    this.#sent.note(senderId, partition, answer.number())
    return { message: { ...message, nonce }, duplicate }
  }

  async #run(name: CommandName, roomId: RoomId, ...args: (string | number)[]): Promise<PackedReader> {
    return this.#runner.runCounted(this.#limit, name, this.#partitionOf(roomId), roomId, ...args)
  }

  /** @throws ChatError `not_found` for what is no id of a room, unless that is counted too: then the script refuses it. */
  #partitionOf(roomId: RoomId): number {
    const partition = this.#ids.partitionOf(roomId)
    if (partition === null && this.#limit === null) throw new ChatError('not_found')
    return partition ?? 0
  }
}
