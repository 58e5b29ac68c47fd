import { randomBytes } from 'node:crypto'
import { idOf } from '../crowd.js'
import { HttpClient } from '../http-client.js'

/** Somebody who is registered for this alone. */
export interface Person {
  readonly client: HttpClient
  readonly name: string
  readonly email: string
  readonly password: string
}

/** Two people who have a chat. */
export interface Couple {
  readonly ann: Person
  readonly ben: Person
  /** The path of the page of their chat. */
  readonly chat: string
  readonly room: string
}

/** The server lets nobody register. */
export class NobodyRegisters extends Error {
  override readonly name = 'NobodyRegisters'
}

/** Gives the path of the form by which one person may register. */
export type Invite = () => Promise<string>

/**
 * Registers two people with names and passwords that nobody knows, and opens their chat for both.
 * @throws NobodyRegisters
 */
export async function meet(base: string, invite: Invite): Promise<Couple> {
  const [ann, ben] = [await register(base, 'ann', await invite()), await register(base, 'ben', await invite())]
  const chat = await ann.client.openChat(await idOf(ann.client, ben.name))
  await ben.client.get(chat)
  return { ann, ben, chat, room: chat.slice('/chats/'.length) }
}

async function register(base: string, kind: string, form: string): Promise<Person> {
  const client = new HttpClient(base)
  const name = `check-${kind}-${randomBytes(5).toString('hex')}`
  const person = { client, name, email: `${name}@example.com`, password: randomBytes(18).toString('base64url') }
  const invite = new URL(form, base).searchParams.get('invite')
  const { email, password } = person
  const fields = { username: name, email, password, ...(invite !== null && { invite }) }
  const { status } = await client.post('/register', fields, form)
  if (status !== 303) throw new NobodyRegisters(`Registering ended with ${status}`)
  return person
}
