import { z } from 'zod'
import type { ApiClient } from './api-client.js'

const admitted = z.object({ user: z.object({ id: z.string() }), token: z.string() })

/** Registers somebody new by the API. */
export async function newAccount(by: ApiClient, username: string): Promise<{ id: string; client: ApiClient }> {
  const input = { username, email: `${username}@example.com`, password: 'long enough' }
  const { user, token } = admitted.parse((await by.as(null).post('/auth/register', input)).body)
  return { id: user.id, client: by.as(token) }
}
