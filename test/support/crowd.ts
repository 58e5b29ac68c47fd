import { bobId, HttpClient } from './http-client.js'

let registered = 0

/** Logs in the demo accounts and opens their chat for both. */
export async function pair(base: string): Promise<{ alice: HttpClient; bob: HttpClient; chat: string; room: string }> {
  const [alice, bob] = [new HttpClient(base), new HttpClient(base)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  await bob.get(chat)
  return { alice, bob, chat, room: chat.slice('/chats/'.length) }
}

/** Registers somebody new, who is then logged in. */
export async function newcomer(
  base: string,
  username = `person-${++registered}`,
  password = 'long enough 1',
): Promise<HttpClient> {
  const client = new HttpClient(base)
  const email = `${username}@example.com`
  const response = await client.post('/register', { username, email, password })
  if (response.status !== 303) {
    const [problem = ''] = /(?<=class="error")[^<]*/.exec(await response.text()) ?? []
    throw new Error(`Registering ${username} ended with ${response.status}${problem}`)
  }
  return client
}

/** The id of a person, read from the page of people. */
export async function idOf(client: HttpClient, username: string): Promise<string> {
  const html = await (await client.get(`/people?q=${username}`)).text()
  const [, id = ''] = /name="userId" value="([^"]+)"/.exec(html) ?? []
  return id
}

/** Registers two new people and opens their chat for both, so that tests on one server share nothing. */
export async function newPair(
  base: string,
): Promise<{ ann: HttpClient; ben: HttpClient; annName: string; benName: string; chat: string; room: string }> {
  const [annName, benName] = [`ann-${++registered}`, `ben-${++registered}`]
  const [ann, ben] = await Promise.all([newcomer(base, annName), newcomer(base, benName)])
  const chat = await ann.openChat(await idOf(ann, benName))
  await ben.get(chat)
  return { ann, ben, annName, benName, chat, room: chat.slice('/chats/'.length) }
}

/** Sends messages one after another: "line 1", "line 2" and so on. */
export async function fill(client: HttpClient, chat: string, count: number): Promise<void> {
  const token = await client.token(chat)
  for (let number = 1; number <= count; number += 1) {
    const body = new URLSearchParams({ _csrf: token, content: `line ${number}`, nonce: `line-${number}` })
    const { status } = await client.request('POST', `${chat}/messages`, { body })
    if (status !== 303) throw new Error(`Message ${number} ended with ${status}`)
  }
}
