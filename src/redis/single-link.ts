import type { Redis } from 'ioredis'
import { fail, onReady, type RedisLink, replicationIdOf } from './link.js'

/** The connection to one Redis. */
export class SingleLink implements RedisLink {
  readonly partitions = 1
  readonly isSharded = false
  generation = ''

  constructor(
    private readonly commands: Redis,
    private readonly subscriber: Redis,
  ) {
    // On this connection it is answered before any command that follows.
    commands.on('ready', () => this.readGeneration().catch(() => {}))
  }

  /** Reads which generation it is now. */
  async readGeneration(): Promise<void> {
    this.generation = replicationIdOf(await this.commands.info('replication'))
  }

  call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return this.commands.callBuffer(command, ...args).catch(fail)
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await this.subscriber.subscribe(...channels)
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await this.subscriber.unsubscribe(...channels)
  }

  onMessage(hear: (channel: string, message: Buffer) => void): () => void {
    const listener = (channel: Buffer, message: Buffer) => hear(channel.toString(), message)
    this.subscriber.on('messageBuffer', listener)
    return () => this.subscriber.off('messageBuffer', listener)
  }

  onHealed(hear: () => void): () => void {
    return onReady(this.subscriber, hear)
  }

  close(): void {
    this.commands.disconnect()
    this.subscriber.disconnect()
  }
}
