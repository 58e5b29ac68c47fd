import { z } from 'zod'

const problemSchema = z.object({ code: z.string().default(''), title: z.string().default('') })

let registered = 0

/** Registers somebody new by the API. `code` and `title` say why not, and are '' where it was done. */
export async function register(
  url: string,
): Promise<{ status: number; username: string; code: string; title: string }> {
  registered += 1
  const username = `late-${registered}`
  const response = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, email: `${username}@example.com`, password: 'long enough 1' }),
  })
  return { status: response.status, username, ...problemSchema.parse(await response.json()) }
}
