import type { Redis } from 'ioredis'
import { fail, onReady, type RedisLink, replicationIdOf, type ServerAnswer } from './link.js'

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
