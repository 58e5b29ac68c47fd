import { HttpClient } from '../http-client.js'

/** The password of everybody whom `join` registers. */
export const memberPassword = 'a password of mine'

let count = 0

/**
 * Registers somebody new, who is then logged in.
 * @param zone the time zone that their browser tells
 */
export async function join(base: string, zone = ''): Promise<{ client: HttpClient; name: string; email: string }> {
  count += 1
  const name = `person${count}`
  const email = `${name}@example.com`
  const client = new HttpClient(base)
  const { status } = await client.post('/register', { username: name, email, password: memberPassword, zone })
  if (status !== 303) throw new Error(`Registering ${name} ended with ${status}`)
  return { client, name, email }
}

/** Logs in with a new client, which is logged in if the password was right. */
export async function logInAgain(base: string, email: string, password = memberPassword): Promise<HttpClient> {
  const client = new HttpClient(base)
  await client.logIn(email, password)
  return client
}

export const textOf = async (client: HttpClient, path: string): Promise<string> => (await client.get(path)).text()
