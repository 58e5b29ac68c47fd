import { ChatError } from '../chat/errors.js'

/** What we use of Redis: commands on one connection, and channels on another. */
export interface RedisLink {
  /** In how many partitions the engine keeps what it holds: each lies on one server. */
  readonly partitions: number
  /** Whether channels belong to one server each, as in a cluster of Redis 7 or newer. */
  readonly isSharded: boolean
  /**
   * Changes when another server takes over, or the same one begins anew: what it holds may be older than what was read, so that
   * versions rise again with other content.
   */
  readonly generation: string
  /**
   * Sends a command. Fails when it is unanswered after two seconds, or at once when there is no connection.
   * @throws RedisFailure
   */
  call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown>
  /**
   * Sends a command that concerns a server itself, such as CONFIG GET, to each server there is, replicas too.
   * @throws RedisFailure when it is not known which there are
   */
  callEach(command: string, ...args: string[]): Promise<readonly ServerAnswer[]>
  /** Hears channels from now on, and again after each loss of the connection. */
  subscribe(channels: readonly string[]): Promise<void>
  /** Hears them no longer. */
  unsubscribe(channels: readonly string[]): Promise<void>
  /** Calls back with every message of the channels that are heard; the answer ends that. */
  onMessage(hear: (channel: string, message: Buffer) => void): () => void
  /** Calls back when channels are heard again after a loss: what was sent meanwhile is lost. The answer ends that. */
  onHealed(hear: () => void): () => void
  close(): void
}

/** What one of several servers answers. */
export interface ServerAnswer {
  readonly isReplica: boolean
  /** Null when it gave none. */
  readonly answer: unknown
}

/**
 * Why a command failed. The library's own errors have the command with them, and so what people wrote: none of that may reach a
 * log.
 */
export class RedisFailure extends Error {
  override readonly name = 'RedisFailure'

  /** @param isRefusal whether Redis answered with an error; else it did not answer */
  constructor(
    message: string,
    readonly isRefusal: boolean,
  ) {
    super(message)
  }
}

/** What a command fails with that the library lets fail. @throws RedisFailure */
export function fail(error: unknown): never {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  throw new RedisFailure(message, name === 'ReplyError')
}

/** When to try again what Redis could not answer, ms: not everybody in one moment. */
const [leastRetryMs, retrySpreadMs] = [1_000, 2_000]

/** Redis says in its first word what is wrong with it. */
const awayWords = ['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY']

/**
 * What whoever asked is told of a failure: ChatError `storage_failed` when Redis is away, when the command may still have run, and
 * `server_full` when it has no memory left; else the failure itself, which is a fault of ours.
 */
export function refusalBy(failure: RedisFailure): Error {
  const [word = ''] = failure.message.split(' ', 1)
  if (!failure.isRefusal || awayWords.includes(word)) {
    return new ChatError('storage_failed', Math.round(leastRetryMs + Math.random() * retrySpreadMs))
  }
  return word === 'OOM' || failure.message.includes('OOM command') ? new ChatError('server_full') : failure
}

/** By which id a server and its replicas know what they hold; another one after each failover and each start. */
export function replicationIdOf(info: string): string {
  return /master_replid:(\w{8})/.exec(info)?.[1] ?? ''
}
