import type { HttpClient } from '../support/http-client.js'

/** Uploads a picture as a page does before it sends its message. The text is the reason of a refusal. */
export async function postPicture(
  client: HttpClient,
  chat: string,
  picture: Buffer,
): Promise<{ status: number; text: string }> {
  const body = new FormData()
  body.set('image', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'a.jpg')
  const headers = { 'csrf-token': await client.token(chat) }
  const response = await client.request('POST', `${chat}/images`, { body, headers })
  return { status: response.status, text: await response.text() }
}
