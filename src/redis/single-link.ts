import type { Redis } from 'ioredis'
import { fail, type RedisLink, replicationIdOf, type ServerAnswer } from './link.js'

/** The connection to one Redis. */
export class SingleLink implements RedisLink {
  readonly partitions = 1
  readonly isSharded = false
  generation = ''
  /** The channels that are heard. */
  private readonly channels = new Set<string>()
  private readonly whenHealed = new Set<() => void>()

  /** @param subscriber one that does not subscribe again by itself */
  constructor(
    private readonly commands: Redis,
    private readonly subscriber: Redis,
  ) {
    // On this connection it is answered before any command that follows.
    commands.on('ready', () => this.readGeneration().catch(() => {}))
    subscriber.on('ready', () => void this.#hearAgain())
  }

  /** Reads which generation it is now. */
  async readGeneration(): Promise<void> {
    this.generation = replicationIdOf(await this.commands.info('replication'))
  }

  call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return this.commands.callBuffer(command, ...args).catch(fail)
  }

  async callEach(command: string, ...args: string[]): Promise<readonly ServerAnswer[]> {
    const ask = (server: Redis) => server.call(command, ...args).catch(() => null)
    const info = await this.commands.info('replication').catch(fail)
    const answers = [{ isReplica: /^role:slave/m.test(info), answer: await ask(this.commands) }]
    for (const [, host = '', port] of info.matchAll(/^slave\d+:ip=([^,]+),port=(\d+)/gm)) {
      const replica = this.commands.duplicate({
        host,
        port: Number(port),
        lazyConnect: true,
        retryStrategy: () => null,
      })
      replica.on('error', () => {})
      const isThere = await replica.connect().then(
        () => true,
        () => false,
      )
      answers.push({ isReplica: true, answer: isThere ? await ask(replica) : null })
      replica.disconnect()
    }
    return answers
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await this.subscriber.subscribe(...channels)
    for (const channel of channels) this.channels.add(channel)
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.channels.delete(channel)
    await this.subscriber.unsubscribe(...channels)
  }

  onMessage(hear: (channel: string, message: Buffer) => void): () => void {
    const listener = (channel: Buffer, message: Buffer) => hear(channel.toString(), message)
    this.subscriber.on('messageBuffer', listener)
    return () => this.subscriber.off('messageBuffer', listener)
  }

  onHealed(hear: () => void): () => void {
    this.whenHealed.add(hear)
    return () => this.whenHealed.delete(hear)
  }

  close(): void {
    this.commands.disconnect()
    this.subscriber.disconnect()
  }

  /** Hears all channels again, on a connection that was made anew. */
  async #hearAgain(): Promise<void> {
    try {
      if (this.channels.size > 0) await this.subscriber.subscribe(...this.channels)
    } catch {
      // It was lost again, and is made anew by itself; or Redis does not answer on it.
      if (this.subscriber.status === 'ready') this.subscriber.disconnect(true)
      return
    }
    for (const hear of this.whenHealed) hear()
  }
}
