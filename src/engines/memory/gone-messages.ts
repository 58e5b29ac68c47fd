import { hash, randomBytes } from 'node:crypto'
import type { Message } from '#src/chat/engine.js'
import { createDuty, type DueQueue, type Duty } from './due-queue.js'
import { digestBytes, GoneRecords, hashOf, type Link } from './gone-records.js'
import type { GoneList, Member, Room } from './model.js'
import { NonceTable } from './nonce-table.js'

/** How many nonces of messages that are gone are remembered: of a person, and in all. Each takes some 80 bytes. */
const mostOfPerson = 10_000
const mostInAll = 200_000

/** Stands for no record in a list. */
const none = 0xffffffff

/**
 * Messages that are gone, by their nonces: someone whose connection was lost may send one again that has lived and gone
 * meanwhile. Bounded, so that sending on and on does not fill the memory: beyond that the oldest are forgotten.
 *
 * - `#order` holds the indexes of all records as a binary heap, the one that was sent first at its root; each knows its
 *   `place` there.
 * - Each record is in the list of its sender (`owner`, `older`, `newer`), and in `#nonces` by its digest, as its index plus 1.
 */
export class GoneMessages {
  #records = new GoneRecords()
  #nonces = new NonceTable()
  #order: number[] = []
  readonly #lists = new Map<number, GoneList>()
  #listsMade = 0
  readonly #duty: Duty
  /** What a nonce is known by says nothing to whoever does not have this: a program may have put anything into it. */
  readonly #secret = randomBytes(digestBytes).toString('base64url')

  /** @param rememberedMs how long after it was sent a nonce is remembered at least */
  constructor(
    private readonly due: DueQueue,
    private readonly rememberedMs: number,
  ) {
    this.#duty = createDuty(now => this.#forgetDue(now))
  }

  /** What is left of the message that someone sent with a nonce, if it is gone and remembered. */
  find({ gone, room, id: senderId }: Member, nonce: string): Message | undefined {
    if (gone === null) return undefined
    const digest = this.#digestOf(gone, nonce)
    const isIt = (found: number) => this.#records.hasDigest(found - 1, digest)
    const found = this.#nonces.find(hashOf(digest), isIt)
    if (found === undefined) return undefined
    const left = this.#records.read(found - 1)
    const id = room.messages.idOf(left.seq)
    return { ...left, id, roomId: room.id, senderId, nonce, text: '', image: null, replyTo: null }
  }

  /** Remembers the nonce of a message that is gone. */
  add(sender: Member, gone: Message, now: number): void {
    const dueAt = gone.sentAt + this.rememberedMs
    if (dueAt <= now) return
    if (sender.person.goneMessages >= mostOfPerson && sender.gone !== null) this.#forget(sender.gone.oldest)
    const [earliest] = this.#order
    if (this.#records.size >= mostInAll && earliest !== undefined) this.#forget(earliest)
    if (sender.person.goneMessages >= mostOfPerson) return
    const list = this.#listOf(sender)
    const digest = this.#digestOf(list, gone.nonce)
    const index = this.#records.size
    this.#records.push(digest, gone)
    this.#nonces.add(hashOf(digest), index + 1)
    this.#link(list, index)
    this.#order.push(index)
    this.#rise(this.#order.length - 1, index)
    sender.person.goneMessages += 1
    this.due.by(this.#duty, dueAt)
  }

  /** Forgets all of a room. */
  forgetRoom({ members }: Room): void {
    for (const member of members) while (member.gone !== null) this.#forget(member.gone.oldest)
  }

  /** Forgets everything. */
  clear(): void {
    this.#records = new GoneRecords()
    this.#nonces = new NonceTable()
    this.#order = []
    this.#lists.clear()
  }

  #forgetDue(now: number): void {
    for (let [first] = this.#order; first !== undefined; [first] = this.#order) {
      const dueAt = this.#records.sentAt(first) + this.rememberedMs
      if (dueAt > now) {
        this.due.by(this.#duty, dueAt)
        return
      }
      this.#forget(first)
    }
  }

  #forget(index: number): void {
    this.#unlink(index)
    this.#takeFromOrder(this.#records.link(index, 'place'))
    this.#nonces.remove(this.#records.hash(index), index + 1)
    const last = this.#records.size - 1
    if (last !== index) this.#rename(last, index)
    this.#records.replaceByLast(index)
  }

  /** What refers to a record refers to another index from now on. */
  #rename(from: number, to: number): void {
    const hash = this.#records.hash(from)
    this.#nonces.remove(hash, from + 1)
    this.#nonces.add(hash, to + 1)
    this.#order[this.#records.link(from, 'place')] = to
    this.#join(from, 'older', to)
    this.#join(from, 'newer', to)
  }

  #listOf(sender: Member): GoneList {
    if (sender.gone !== null) return sender.gone
    this.#listsMade += 1
    const list = { number: this.#listsMade, sender, oldest: none, newest: none }
    sender.gone = list
    this.#lists.set(list.number, list)
    return list
  }

  /** Puts a record at the end of a list. */
  #link(list: GoneList, index: number): void {
    this.#records.setLink(index, 'owner', list.number)
    this.#records.setLink(index, 'older', list.newest)
    this.#records.setLink(index, 'newer', none)
    this.#join(index, 'older', index)
    list.newest = index
  }

  /** Takes a record out of its list. */
  #unlink(index: number): void {
    const list = this.#lists.get(this.#records.link(index, 'owner'))
    this.#join(index, 'older', this.#records.link(index, 'newer'))
    this.#join(index, 'newer', this.#records.link(index, 'older'))
    if (list === undefined) return
    list.sender.person.goneMessages -= 1
    if (list.oldest !== none) return
    list.sender.gone = null
    this.#lists.delete(list.number)
  }

  /** What stands beside a record in its list, on one side, has `to` beside it from now on. */
  #join(index: number, side: 'older' | 'newer', to: number): void {
    const beside = this.#records.link(index, side)
    const list = this.#lists.get(this.#records.link(index, 'owner'))
    const back: Link = side === 'older' ? 'newer' : 'older'
    if (beside !== none) this.#records.setLink(beside, back, to)
    else if (list !== undefined && side === 'older') list.oldest = to
    else if (list !== undefined) list.newest = to
  }

  #takeFromOrder(place: number): void {
    const last = this.#order.pop()
    if (last === undefined || place === this.#order.length) return
    this.#rise(place, last)
    this.#sink(this.#records.link(last, 'place'), last)
  }

  #rise(from: number, index: number): void {
    const sentAt = this.#records.sentAt(index)
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#order[above] ?? index
      if (this.#records.sentAt(parent) <= sentAt) break
      this.#put(parent, place)
      place = above
    }
    this.#put(index, place)
  }

  #sink(from: number, index: number): void {
    const sentAt = this.#records.sentAt(index)
    let place = from
    for (;;) {
      const [left, right] = [this.#order[2 * place + 1], this.#order[2 * place + 2]]
      if (left === undefined) break
      const isRight = right !== undefined && this.#records.sentAt(right) < this.#records.sentAt(left)
      const child = isRight ? right : left
      if (this.#records.sentAt(child) >= sentAt) break
      this.#put(child, place)
      place = 2 * place + (isRight ? 2 : 1)
    }
    this.#put(index, place)
  }

  #put(index: number, place: number): void {
    this.#order[place] = index
    this.#records.setLink(index, 'place', place)
  }

  /** As a string: a buffer would take three times as long. */
  #digestOf({ number }: GoneList, nonce: string): string {
    return hash('sha256', `${this.#secret}${number} ${nonce}`, 'binary').slice(0, digestBytes)
  }
}
