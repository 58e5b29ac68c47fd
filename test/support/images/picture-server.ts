import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bobId, HttpClient } from '../http-client.js'
import { startTestServer } from '../test-server.js'
import { sendPicture } from './sent-pictures.js'
import { picturesIn } from './shown-pictures.js'

/** Starts a server with a chat of Alice and Bob, and an upload folder of its own. */
export async function startPictureServer(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-pictures-'))
  const server = await startTestServer({
    UPLOAD_DIR: folder,
    RATE_LIMIT_UPLOADS: '1000',
    RATE_LIMIT_MESSAGES: '1000',
    ...env,
  })
  const [alice, bob] = [new HttpClient(server.url), new HttpClient(server.url)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  const token = await alice.token(chat)
  return {
    ...server,
    folder,
    alice,
    bob,
    chat,
    token,
    /** The sealed pictures on disk. */
    sealed: async () => (await readdir(folder)).filter(name => name.endsWith('.sealed')),
    /** Posts the composer's form with a picture, as a browser without JavaScript does. */
    async send(
      bytes: Uint8Array,
      fields: Record<string, string> = {},
      fileName = 'holiday in Rome.jpg',
      client = alice,
      type = 'image/jpeg',
    ) {
      return sendPicture(client, chat, { bytes, name: fileName, type }, { _csrf: token, ...fields })
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type PictureServer = Awaited<ReturnType<typeof startPictureServer>>

/** The URLs of the pictures that a page shows, in order. */
export async function picturesOf(client: HttpClient, page: string): Promise<string[]> {
  return picturesIn(await (await client.get(page)).text())
}
