import { bobId } from '../http-client.js'
import { startTestServer } from '../test-server.js'
import { ApiClient } from './api-client.js'

/** A server with wide limits, short messages, and alice and bob at its API. */
export async function startWithTwoClients() {
  const server = await startTestServer({
    RATE_LIMIT_API: '1000',
    RATE_LIMIT_MESSAGES: '1000',
    MESSAGE_MAX_LENGTH: '100',
  })
  const [alice, bob] = [
    await ApiClient.connect(server.url, 'alice@example.com'),
    await ApiClient.connect(server.url, 'bob@example.com'),
  ]
  return { server, alice, bob }
}

/** Opens alice's room with bob; the answer is its id. */
export async function openWithBob(alice: ApiClient): Promise<string> {
  return String((await alice.post('/chat/rooms', { otherUserId: bobId })).body.roomId)
}
