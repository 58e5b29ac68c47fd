import { tokenOf } from '../support/full-room.js'
import type { HttpClient } from '../support/http-client.js'
import { PageClient } from '../support/page-client.js'
import type { LineKind } from '../support/page-line.js'
import { ProgramClient } from '../support/program-client.js'

/** How a person chats: on a page over a socket, on a page over server-sent events, or with a program. */
export type Kind = LineKind | 'program'

/** Somebody who chats. */
export interface Person {
  readonly client: HttpClient
  readonly name: string
  readonly kind: Kind
}

/** One person in one chat. */
export interface Chatter extends Person {
  readonly voice: PageClient | ProgramClient
  /** When they wrote which text, in ms since the epoch. */
  readonly written: Map<string, number>
}

/** Two people and their chat. */
export interface ChattingPair {
  readonly people: readonly [Chatter, Chatter]
  readonly chat: string
}

const times = { reconnectMs: 100, unansweredMs: 5000 }

/** What has become of a message that its writer still has; undefined if they have it no more. */
export function stateOf({ voice }: Chatter, text: string): string | undefined {
  return voice.pending.find(each => each.text === text)?.state
}

/**
 * Connects somebody to a chat.
 * @param url where their page or program connects
 * @param lifeMs how long messages live, in ms
 */
export async function enter(
  { client, name, kind }: Person,
  chat: string,
  url: string,
  lifeMs: number,
): Promise<Chatter> {
  const voice =
    kind === 'program'
      ? new ProgramClient(url, await tokenOf(client.base, name), chat.slice('/chats/'.length), times)
      : new PageClient(url, client, chat, lifeMs, times, kind)
  await voice.load()
  return { client, name, kind, voice, written: new Map() }
}
