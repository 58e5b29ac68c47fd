import type { EngineStats } from '#src/chat/engine.js'
import type { Entry } from './message-store.js'

/** Counts of all that the engine holds, kept up to date so that reading them costs nothing. */
export class Tally {
  rooms = 0
  onlineUsers = 0
  expiredMessages = 0
  #messages = 0
  #bytesHeld = 0

  /** What living messages count for, in bytes. */
  get bytesHeld(): number {
    return this.#bytesHeld
  }

  /** Counts a new message. */
  add(entry: Entry): void {
    this.#messages += 1
    this.#bytesHeld += entry.bytes
  }

  /** Counts a message that is gone. */
  remove(entry: Entry): void {
    this.#messages -= 1
    this.#bytesHeld -= entry.bytes
  }

  /** Sets everything to 0. */
  clear(): void {
    this.rooms = 0
    this.onlineUsers = 0
    this.expiredMessages = 0
    this.#messages = 0
    this.#bytesHeld = 0
  }

  /** The counts as they are now. */
  read(): EngineStats {
    return {
      rooms: this.rooms,
      messages: this.#messages,
      onlineUsers: this.onlineUsers,
      bytesHeld: this.#bytesHeld,
      expiredMessages: this.expiredMessages,
    }
  }
}
