import { bobId, HttpClient } from './http-client.js'

let registered = 0

/** The demo accounts, logged in, and the chat that both have opened. */
export async function pair(base: string): Promise<{ alice: HttpClient; bob: HttpClient; chat: string; room: string }> {
  const [alice, bob] = [new HttpClient(base), new HttpClient(base)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  await bob.get(chat)
  return { alice, bob, chat, room: chat.slice('/chats/'.length) }
}

/** Somebody new, logged in. */
export async function newcomer(base: string, username = `person-${++registered}`): Promise<HttpClient> {
  const client = new HttpClient(base)
  const email = `${username}@example.com`
  const response = await client.post('/register', { username, email, password: 'long enough 1' })
  if (response.status !== 303) {
    const [problem = ''] = /(?<=class="error")[^<]*/.exec(await response.text()) ?? []
    throw new Error(`Registering ${username} ended with ${response.status}${problem}`)
  }
  return client
}

/** The id of a person as the page of people shows it. */
export async function idOf(client: HttpClient, username: string): Promise<string> {
  const html = await (await client.get(`/people?q=${username}`)).text()
  const [, id = ''] = /name="userId" value="([^"]+)"/.exec(html) ?? []
  return id
}

/** A chat that two new people have opened, so that a test shares nothing with another one on its server. */
export async function newPair(
  base: string,
): Promise<{ ann: HttpClient; ben: HttpClient; annName: string; benName: string; chat: string; room: string }> {
  const [annName, benName] = [`ann-${++registered}`, `ben-${++registered}`]
  const [ann, ben] = await Promise.all([newcomer(base, annName), newcomer(base, benName)])
  const chat = await ann.openChat(await idOf(ann, benName))
  await ben.get(chat)
  return { ann, ben, annName, benName, chat, room: chat.slice('/chats/'.length) }
}

/** Sends messages one after another, "line 1" the first: more than anybody types. */
export async function fill(client: HttpClient, chat: string, count: number): Promise<void> {
  const token = await client.token(chat)
  for (let number = 1; number <= count; number += 1) {
    const body = new URLSearchParams({ _csrf: token, content: `line ${number}`, nonce: `line-${number}` })
    const { status } = await client.request('POST', `${chat}/messages`, { body })
    if (status !== 303) throw new Error(`Message ${number} ended with ${status}`)
  }
}
