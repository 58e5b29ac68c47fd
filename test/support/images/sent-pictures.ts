import type { HttpClient } from '../http-client.js'

/** What a browser says of a file that somebody chooses. */
export interface ChosenFile {
  readonly bytes: Uint8Array
  readonly name?: string
  readonly type?: string
}

function fileIn(form: FormData, { bytes, name = 'a.jpg', type = 'image/jpeg' }: ChosenFile): FormData {
  form.set('image', new Blob([new Uint8Array(bytes)], { type }), name)
  return form
}

/** Uploads a picture as a page does before it sends its message. The text is the reason of a refusal. */
export async function uploadPicture(
  client: HttpClient,
  chat: string,
  bytes: Uint8Array,
): Promise<{ status: number; text: string }> {
  const headers = { 'csrf-token': await client.token(chat) }
  const body = fileIn(new FormData(), { bytes })
  const response = await client.request('POST', `${chat}/images`, { body, headers })
  return { status: response.status, text: await response.text() }
}

/**
 * Posts the composer's form with a picture, as a browser without JavaScript does.
 * @param fields those that are not empty; `_csrf` is read from the chat's page if it is left out
 */
export async function sendPicture(
  client: HttpClient,
  chat: string,
  file: ChosenFile,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const form = new FormData()
  const all = { content: '', alt: '', ...fields, _csrf: fields._csrf ?? (await client.token(chat)) }
  for (const [name, value] of Object.entries(all)) form.set(name, value)
  return client.request('POST', `${chat}/messages`, { body: fileIn(form, file) })
}
