/** An entry of a heap. `dueAt` in ms of `Clock.now()`; `place` is for the heap alone, -1 while the entry is in none. */
export interface HeapEntry {
  dueAt: number
  place: number
}

/** A binary heap with the earliest due entry first. Entries know their place, so any can be moved or removed in O(log n). */
export class Heap<T extends HeapEntry> {
  readonly #entries: T[] = []

  /** The entry due first. */
  get first(): T | undefined {
    return this.#entries[0]
  }

  /** Puts an entry in, or moves one that is in, to `dueAt`. */
  add(entry: T, dueAt: number): void {
    entry.dueAt = dueAt
    if (entry.place === -1) entry.place = this.#entries.push(entry) - 1
    this.#settle(entry)
  }

  /** Takes an entry out; nothing happens when it is not in. */
  remove(entry: T): void {
    if (entry.place === -1) return
    const last = this.#entries.pop()
    if (last !== undefined && last !== entry) {
      this.#put(last, entry.place)
      this.#settle(last)
    }
    entry.place = -1
  }

  #put(entry: T, place: number): void {
    this.#entries[place] = entry
    entry.place = place
  }

  #settle(entry: T): void {
    this.#rise(entry)
    this.#sink(entry)
  }

  #rise(entry: T): void {
    let place = entry.place
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#entries[above]
      if (parent === undefined || parent.dueAt <= entry.dueAt) break
      this.#put(parent, place)
      place = above
    }
    this.#put(entry, place)
  }

  #sink(entry: T): void {
    let place = entry.place
    for (;;) {
      let below = 2 * place + 1
      let child = this.#entries[below]
      if (child === undefined) break
      const right = this.#entries[below + 1]
      if (right !== undefined && right.dueAt < child.dueAt) {
        child = right
        below += 1
      }
      if (child.dueAt >= entry.dueAt) break
      this.#put(child, place)
      place = below
    }
    this.#put(entry, place)
  }
}
