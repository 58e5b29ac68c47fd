import type { Logger } from 'pino'
import { ConfigError } from '#src/config.js'
import { type HealthSource, type HealthWarning, healthWarnings } from '#src/ops/health.js'
import type { RedisLink } from '#src/redis/link.js'
import { findRisks, persists } from './server-check.js'

/** What Redis holds: one server or cluster may hold both. */
type Use = 'messages' | 'accounts'

/** What is wrong with the Redis of a node, and what the log says of it. Its settings are read at the start and after each failover. */
export class RedisHealth implements HealthSource {
  readonly #log: Logger
  readonly #isOneForBoth: boolean
  readonly #away = new Set<Use>()
  readonly #links = new Map<Use, RedisLink>()
  /** By what was found of which. */
  readonly #found = new Map<Use, readonly HealthWarning[]>()
  readonly #generations = new Map<Use, string>()

  constructor(log: Logger, isOneForBoth: boolean) {
    this.#log = log
    this.#isOneForBoth = isOneForBoth
  }

  get isAway(): boolean {
    return this.#away.size > 0
  }

  get warnings(): readonly HealthWarning[] {
    return [...this.#found.values()].flat()
  }

  /** What a link calls back with. */
  watch(use: Use): [onProbed: () => void, onAway: (isAway: boolean) => void] {
    return [
      () => {
        const generation = this.#links.get(use)?.generation
        if (generation === undefined || generation === this.#generations.get(use)) return
        this.#check(use).catch((error: unknown) =>
          this.#log.error({ err: error }, 'how Redis is set could not be read'),
        )
      },
      isAway => {
        if (isAway) {
          this.#away.add(use)
          this.#log.error({ use }, 'Redis does not answer: nothing can be sent until it does')
        } else {
          this.#away.delete(use)
          this.#log.warn({ use }, 'Redis answers again')
        }
      },
    ]
  }

  /** Reads how each is set. @throws RedisFailure */
  async start(messages: RedisLink, accounts: RedisLink): Promise<void> {
    this.#links.set('messages', messages)
    await this.#check('messages')
    if (this.#isOneForBoth) return
    this.#links.set('accounts', accounts)
    await this.#check('accounts')
  }

  /** @throws ConfigError when messages could reach a disk or be evicted, or nobody knows */
  refuseRisks(): void {
    const risks = this.#found.get('messages') ?? []
    const [first] = risks.filter(risk => risk !== 'one_redis_for_both')
    if (first === undefined) return
    throw new ConfigError(`REDIS_STRICT is true, but ${healthWarnings[first]}.`)
  }

  async #check(use: Use): Promise<void> {
    const link = this.#links.get(use)
    if (link === undefined) return
    const { generation } = link
    const found = use === 'messages' ? await this.#ofMessages(link) : await this.#ofAccounts(link)
    this.#generations.set(use, generation)
    const known = new Set(this.#found.get(use))
    this.#found.set(use, found)
    for (const warning of found) {
      if (!known.has(warning)) this.#log.warn({ warning }, healthWarnings[warning])
    }
  }

  async #ofMessages(link: RedisLink): Promise<readonly HealthWarning[]> {
    const risks = await findRisks(link)
    return this.#isOneForBoth ? [...risks, 'one_redis_for_both'] : risks
  }

  async #ofAccounts(link: RedisLink): Promise<readonly HealthWarning[]> {
    return (await persists(link)) ? [] : ['accounts_not_kept']
  }
}
