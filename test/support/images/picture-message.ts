import type { HttpClient } from '../http-client.js'

/**
 * Sends a picture as a page without a script does: in the form of its message.
 * @param fields more of the form, such as its description, `alt`
 */
export async function sendPicture(
  client: HttpClient,
  chat: string,
  picture: Buffer,
  fields: Record<string, string> = {},
  fileName = 'picture',
): Promise<Response> {
  const body = new FormData()
  const all = { _csrf: await client.token(chat), content: '', ...fields }
  for (const [name, value] of Object.entries(all)) body.set(name, value)
  body.set('image', new Blob([new Uint8Array(picture)]), fileName)
  return client.request('POST', `${chat}/messages`, { body })
}
