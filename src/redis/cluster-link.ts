import { createHash } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { fail, type RedisLink, replicationIdOf, type ServerAnswer } from './link.js'

/** In how many parts a cluster keeps what the engine holds; on one Redis it is one. */
const clusterPartitions = 64

/** The connection to a cluster. */
export class ClusterLink implements RedisLink {
  readonly partitions = clusterPartitions
  generation = ''

  constructor(
    private readonly commands: Cluster,
    private readonly subscriber: Cluster,
    readonly isSharded: boolean,
  ) {
    for (const event of ['ready', '+node', '-node']) {
      commands.on(event, () => this.readGeneration().catch(() => {}))
    }
  }

  /** Reads which generation it is now: another one when any of the servers is another. */
  async readGeneration(): Promise<void> {
    const servers = this.commands.nodes('master').map(async server => replicationIdOf(await server.info('replication')))
    const ids = (await Promise.all(servers)).sort().join(' ')
    this.generation = createHash('sha256').update(ids).digest('hex').slice(0, 8)
  }

  call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return this.commands.callBuffer(command, ...args).catch(fail)
  }

  async callEach(command: string, ...args: string[]): Promise<readonly ServerAnswer[]> {
    const ask = async (server: Redis, isReplica: boolean) => ({
      isReplica,
      answer: await server.call(command, ...args).catch(() => null),
    })
    return Promise.all([
      ...this.commands.nodes('master').map(server => ask(server, false)),
      ...this.commands.nodes('slave').map(server => ask(server, true)),
    ])
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    // A call may name channels of one slot alone.
    for (const channel of channels) {
      await (this.isSharded ? this.subscriber.ssubscribe(channel) : this.subscriber.subscribe(channel))
    }
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      await (this.isSharded ? this.subscriber.sunsubscribe(channel) : this.subscriber.unsubscribe(channel))
    }
  }

  onMessage(hear: (channel: string, message: Buffer) => void): () => void {
    const listener = (channel: Buffer, message: Buffer) => hear(channel.toString(), message)
    const event = this.isSharded ? 'smessageBuffer' : 'messageBuffer'
    this.subscriber.on(event, listener)
    return () => this.subscriber.off(event, listener)
  }

  onHealed(hear: () => void): () => void {
    // ioredis subscribes again behind this event; what is asked after that comes later.
    const listener = () => setImmediate(hear)
    this.subscriber.on('ready', listener)
    return () => this.subscriber.off('ready', listener)
  }

  close(): void {
    this.commands.disconnect()
    this.subscriber.disconnect()
  }
}
