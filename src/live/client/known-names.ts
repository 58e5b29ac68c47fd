import type { UserId } from '../../chat/engine.js'

/** Looks up the names of people; those who are not known are left out. */
export type NamesOf = (userIds: readonly UserId[]) => Promise<ReadonlyMap<UserId, string>>

/** The names that a client session has come across, so that only someone new to it is looked up. Nobody changes names. */
export class KnownNames {
  readonly #namesOf: NamesOf
  readonly #known = new Map<UserId, string>()

  constructor(namesOf: NamesOf) {
    this.#namesOf = namesOf
  }

  /** A name that was looked up already; undefined for somebody new. */
  known(userId: UserId): string | undefined {
    return this.#known.get(userId)
  }

  /** The names of people, with '' for those who are not known. */
  async of(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, string>> {
    const unknown = userIds.filter(id => !this.#known.has(id))
    if (unknown.length > 0) for (const [id, name] of await this.#namesOf(unknown)) this.#known.set(id, name)
    return new Map(userIds.map(id => [id, this.#known.get(id) ?? '']))
  }
}
