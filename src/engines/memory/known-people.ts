import type { UserId } from '#src/chat/engine.js'
import { createDuty } from './due-queue.js'
import { Person } from './model.js'
import type { PrivacyChoices } from './privacy-choices.js'
import { ownCopy } from './traces.js'

/** Everyone who has a room or a lease. All others are forgotten, so that memory is bounded by what goes on. */
export class KnownPeople {
  readonly #byId = new Map<UserId, Person>()

  /** @param endLeases performed when a lease of that person may have ended */
  constructor(
    private readonly choices: PrivacyChoices,
    private readonly endLeases: (person: Person, now: number) => void,
  ) {}

  /** The person of that id, if known. */
  get(id: UserId): Person | undefined {
    return this.#byId.get(id)
  }

  /** The person of that id, known from now on. */
  admit(id: UserId): Person {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const person: Person = new Person(
      ownCopy(id),
      this.choices.of(id),
      createDuty(now => this.endLeases(person, now)),
    )
    this.#byId.set(person.id, person)
    return person
  }

  /** Forgets a person who has neither room nor lease. */
  release(person: Person): void {
    if (person.rooms.size === 0 && person.leases.size === 0) this.#byId.delete(person.id)
  }

  /** Forgets everyone. */
  clear(): void {
    this.#byId.clear()
  }
}
