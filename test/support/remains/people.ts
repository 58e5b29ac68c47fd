import { randomBytes } from 'node:crypto'
import { idOf, newcomer } from '../crowd.js'
import type { HttpClient } from '../http-client.js'

/** What somebody logs in with. The e-mail address is that of `crowd.ts`: the name @example.com. */
export interface Credentials {
  readonly name: string
  readonly password: string
}

/** Somebody who has an account for this alone. */
export interface Person extends Credentials {
  readonly client: HttpClient
}

/** Two people who have a chat. */
export interface Couple {
  readonly ann: Person
  readonly ben: Person
  /** The path of the page of their chat. */
  readonly chat: string
  readonly room: string
}

/** Makes an account, and gives the browser of its person, who is logged in. */
export type Enrol = (credentials: Credentials) => Promise<HttpClient>

/** Enrols at a server where anybody may register. */
export const registerAt =
  (base: string): Enrol =>
  ({ name, password }) =>
    newcomer(base, name, password)

/** Makes accounts of two people, with names and passwords that nobody knows, and opens their chat for both. */
export async function meet(enrol: Enrol): Promise<Couple> {
  const [ann, ben] = [await newPerson('ann', enrol), await newPerson('ben', enrol)]
  const chat = await ann.client.openChat(await idOf(ann.client, ben.name))
  await ben.client.get(chat)
  return { ann, ben, chat, room: chat.slice('/chats/'.length) }
}

async function newPerson(kind: string, enrol: Enrol): Promise<Person> {
  const name = `check-${kind}-${randomBytes(5).toString('hex')}`
  const password = randomBytes(18).toString('base64url')
  return { name, password, client: await enrol({ name, password }) }
}
