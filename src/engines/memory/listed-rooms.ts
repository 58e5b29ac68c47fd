/** A place in someone's list of rooms, linked to those before and after it. */
export interface ListPlace<T> {
  /** Whether it is in the list. */
  isListed: boolean
  /** The messages in it that the person has not seen. */
  readonly unread: number
  previous: T | null
  next: T | null
}

/**
 * A person's list of rooms, the most recently active first. Linked, and its unread messages counted as they come and go:
 * raising a room, reading a part of the list and the sum must cost the same however many rooms there are.
 */
export class ListedRooms<T extends ListPlace<T>> {
  /** Living messages that the person has not seen, in all rooms of the list; kept by what counts them in a room. */
  unread = 0
  #first: T | null = null

  /** Puts a room at the top, whether or not it was in the list. */
  raise(place: T): void {
    if (place === this.#first) return
    if (place.isListed) this.#unlink(place)
    else {
      place.isListed = true
      this.unread += place.unread
    }
    place.next = this.#first
    if (this.#first !== null) this.#first.previous = place
    this.#first = place
  }

  /** Takes a room out; nothing happens if it is not in the list. */
  remove(place: T): void {
    if (!place.isListed) return
    this.#unlink(place)
    place.isListed = false
    this.unread -= place.unread
  }

  /** The rooms that follow one of the list; null: all rooms. */
  *after(place: T | null): Generator<T> {
    for (let next = place === null ? this.#first : place.next; next !== null; next = next.next) yield next
  }

  #unlink(place: T): void {
    if (place.previous === null) this.#first = place.next
    else place.previous.next = place.next
    if (place.next !== null) place.next.previous = place.previous
    place.previous = null
    place.next = null
  }
}
