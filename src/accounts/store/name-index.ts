import type { UserId } from '../../chat/engine.js'
import { searchKey } from '../account.js'

/** How many names a search looks at: some milliseconds of work. */
const maxScanned = 200_000

/** Who has which name, without regard to case and accents. */
export class NameIndex {
  /** Older accounts may have names that a search does not tell apart. */
  readonly #idsByKey = new Map<string, readonly UserId[]>()
  /** The keys of `#idsByKey`, sorted. */
  readonly #keys: string[] = []

  /** An independent index of the same names. */
  clone(): NameIndex {
    const copy = new NameIndex()
    for (const [key, ids] of this.#idsByKey) copy.#idsByKey.set(key, ids)
    for (const key of this.#keys) copy.#keys.push(key)
    return copy
  }

  /** Adds a person. */
  add(name: string, id: UserId): void {
    const key = searchKey(name)
    const others = this.#idsByKey.get(key)
    if (!others) this.#keys.splice(this.#placeOf(key), 0, key)
    this.#idsByKey.set(key, [...(others ?? []), id])
  }

  /** Removes a person who was added. */
  remove(name: string, id: UserId): void {
    const key = searchKey(name)
    const others = (this.#idsByKey.get(key) ?? []).filter(other => other !== id)
    if (others.length > 0) {
      this.#idsByKey.set(key, others)
      return
    }
    this.#idsByKey.delete(key)
    this.#keys.splice(this.#placeOf(key), 1)
  }

  /** The people who have a name. */
  find(name: string): readonly UserId[] {
    return this.#idsByKey.get(searchKey(name)) ?? []
  }

  /** The people whose name contains `part`; see `AccountStore.search`. */
  search(part: string, limit: number): readonly UserId[] {
    const wanted = searchKey(part)
    // An accent alone is in no name.
    if (wanted === '' && part !== '') return []
    const found: UserId[] = []
    const take = (key = '') => found.push(...(this.#idsByKey.get(key) ?? []))
    const start = this.#placeOf(wanted)
    let end = start
    for (; found.length < limit && this.#keys[end]?.startsWith(wanted); end++) take(this.#keys[end])
    const last = Math.min(this.#keys.length, maxScanned)
    for (let index = 0; index < last && found.length < limit; index++) {
      const isNew = index < start || index >= end
      if (isNew && this.#keys[index]?.includes(wanted)) take(this.#keys[index])
    }
    return found.slice(0, limit)
  }

  /** The index of the first key that does not come before `key`. */
  #placeOf(key: string): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#keys[middle] ?? '') < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
