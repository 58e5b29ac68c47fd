import type { Request, Response } from 'express'
import { ChatError } from '../chat/errors.js'
import { onceOver } from '../live/transport/response-end.js'
import { partLength, stuckMs } from '../text-parts.js'
import type { UnreadBytes, UnreadShare } from '../unread-bytes.js'

/** The bytes that a request and its answer take until it is out, beside its text. Source: docs/hosting.md */
const aroundAnswer = 12_288
/** The id under which all strangers count as one person. */
const strangers = 'strangers'

/** Where answers count what is unread: those to people, and those to strangers, who share one limit. */
export interface UnreadOf {
  readonly people: UnreadBytes
  readonly strangers: UnreadBytes
}

/** What one answer takes of what may be unread, from before it is made until it is out. */
export class AnswerShare {
  readonly #request: Request
  readonly #response: Response
  readonly #unreadOf: UnreadOf
  #share: UnreadShare | null = null
  #counted = 0

  constructor(request: Request, response: Response, unreadOf: UnreadOf) {
    this.#request = request
    this.#response = response
    this.#unreadOf = unreadOf
  }

  /** Counts what is around the answer, if nothing of it is counted yet. */
  begin(): void {
    if (this.#share === null) this.#count(0)
  }

  /** Counts a text that is not made yet. @throws ChatError `rate_limited` or `server_busy` where there is no room for it */
  expect(bytes: number): void {
    this.#refuseBeyond(bytes)
    this.#count(bytes)
  }

  /** Counts the text as it is. @throws ChatError what `expect` throws, if it has more bytes than were counted */
  hold(bytes: number): void {
    if (bytes > this.#counted) this.#refuseBeyond(bytes)
    this.#count(bytes)
  }

  #count(bytes: number): void {
    if (this.#share === null) {
      const { unread, ownerId } = this.#owner
      const cut = () => void this.#request.socket.destroy()
      const share = unread.openAnswer(ownerId, cut, ownerId === strangers ? 0 : aroundAnswer)
      onceOver(this.#response, () => share.end())
      this.#share = share
    }
    this.#counted = bytes
    this.#share.set(bytes)
  }

  #refuseBeyond(bytes: number): void {
    // A short answer is never refused: it may confirm a change, or be the refusal of a long one.
    if (bytes <= partLength) return
    const { unread, ownerId } = this.#owner
    const hasOwnRoom = unread.hasRoomFor(ownerId, bytes, this.#counted)
    if (hasOwnRoom && unread.makeRoom(ownerId, bytes, this.#counted)) return
    throw new ChatError(hasOwnRoom || ownerId === strangers ? 'server_busy' : 'rate_limited', stuckMs)
  }

  get #owner(): { readonly unread: UnreadBytes; readonly ownerId: string } {
    const { account } = this.#request
    const { people, strangers: ofStrangers } = this.#unreadOf
    return account ? { unread: people, ownerId: account.id } : { unread: ofStrangers, ownerId: strangers }
  }
}
