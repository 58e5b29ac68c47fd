import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { z } from 'zod'
import { EventStream } from '../event-stream.js'
import { noisyPicture } from '../images/pictures.js'
import { picturesIn } from '../images/shown-pictures.js'
import { LivePage, messageIdOf } from '../live-page.js'
import { type Mark, markOfFile, markOfWord, newWord } from './marks.js'
import type { Couple, Person } from './people.js'

/** Texts, a description and a picture that live, and all that has their words. */
export interface Life {
  readonly marks: readonly Mark[]
  /** When the last of them ends at the latest, by our clock. */
  readonly endsAt: number
  /** The text of all that a person can ask of the server about the chat. */
  readAll(): Promise<Buffer>
  close(): void
}

/** Smaller than any limit. The server makes a WebP of some 10 kB of it. */
const pictureSize = { width: 120, height: 90 }
/** How many requests to the API a person may make a second. */
const apiPauseMs = 250

const tokenSchema = z.object({ token: z.string() })
const roomSchema = z.object({ messages: z.array(z.object({ imageUrl: z.string().nullable() })) })

/**
 * Sends by every way there is: texts by socket, form and API, an answer that quotes, a picture with its description; to pages over
 * sockets and a stream, to the list of chats, and to a program. Each has a mark of its own.
 */
export async function beginLife(base: string, { ann, ben, chat, room }: Couple): Promise<Life> {
  const words = { socket: newWord(), form: newWord(), api: newWord(), alt: newWord() }
  const picture = await noisyPicture('png', pictureSize)
  const annPage = await LivePage.open(base, ann.client, chat)
  const benPage = await LivePage.open(base, ben.client, chat)
  const list = await LivePage.open(base, ben.client, '/chats')
  const stream = await EventStream.open(ben.client, `${chat}/events`)
  const program = await Program.open(base, ben, room)

  // By socket, and answered with a quote of it.
  annPage.say({ type: 'message:send', content: `${words.socket} by socket`, nonce: newWord() })
  const first = messageIdOf(await benPage.operation('list', 'beforeend'))
  await list.frame(({ text }) => text.includes(words.socket))
  await stream.event(({ data }) => data.includes(words.socket))
  await program.hears(words.socket)
  await ben.client.post(`${chat}/messages`, { content: 'An answer', replyTo: first, nonce: newWord() }, chat)
  await annPage.frame(({ text }) => text.includes('An answer'))

  // By a form; its letters have V8 keep all that holds it as UTF-16.
  await ann.client.post(`${chat}/messages`, { content: `${words.form} и кириллица`, nonce: newWord() }, chat)
  await benPage.frame(({ text }) => text.includes(words.form))

  await program.ask('POST', `chat/rooms/${room}/messages`, { content: `${words.api} by a program`, nonce: newWord() })
  await annPage.frame(({ text }) => text.includes(words.api))

  const form = new FormData()
  const fields = { _csrf: await ann.client.token(chat), content: '', alt: `${words.alt} described`, nonce: newWord() }
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('image', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png')
  const { status } = await ann.client.request('POST', `${chat}/messages`, { body: form })
  if (status !== 303) throw new Error(`The picture was answered with ${status}`)
  const { operations } = await benPage.frame(({ text }) => text.includes(words.alt))
  const last = operations.find(({ html }) => html.includes(words.alt))

  const readPages = async () => {
    const paths = [chat, '/chats']
    const answers = await Promise.all([ann, ben].flatMap(({ client }) => paths.map(path => client.get(path))))
    return Promise.all(answers.map(answer => answer.text()))
  }
  const readApi = async () => {
    const messages = await program.ask('GET', `chat/rooms/${room}/messages`)
    const rooms = await program.ask('GET', 'chat/rooms')
    return [messages, rooms]
  }
  const [address = ''] = picturesIn(await (await ben.client.get(chat)).text())
  const served = Buffer.from(await (await ben.client.get(address)).arrayBuffer())
  const [messages = ''] = await readApi()
  const imageUrl = roomSchema.parse(JSON.parse(messages)).messages.find(each => each.imageUrl !== null)?.imageUrl ?? ''
  await program.fetch('GET', imageUrl)

  // A life that is counted from being seen begins.
  benPage.say({ type: 'message:status', messageId: last ? messageIdOf(last) : '', status: 'seen' })
  const answered = await (await ann.client.get(chat)).text()
  const ids = [...answered.matchAll(/data-message-id="([^"]+)"/g)].map(([, id = '']) => id)
  annPage.say({ type: 'message:status', messageId: ids.at(-2) ?? '', status: 'seen' })
  await Promise.all([annPage.fence(), benPage.fence()])

  const [page = ''] = await readPages()
  const remaining = [...page.matchAll(/data-remaining="(\d+)"/g)].map(([, ms]) => Number(ms))
  const endsAt = Date.now() + Math.max(...remaining)
  const pages = [annPage, benPage, list]
  return {
    marks: [
      markOfWord('a text sent by socket', words.socket),
      markOfWord('a text sent by a form', words.form),
      markOfWord('a text sent by the API', words.api),
      markOfWord('a description', words.alt),
      markOfFile('a picture as it was sent', picture),
      markOfFile('a picture as it is served', served),
    ],
    endsAt,
    async readAll() {
      const picturesNow = await Promise.all([
        ben.client.get(address).then(answer => answer.arrayBuffer()),
        program.fetch('GET', imageUrl).then(answer => answer.arrayBuffer()),
      ])
      const texts = [...(await readPages()), ...(await readApi())]
      return Buffer.concat([Buffer.from(texts.join('\n')), ...picturesNow.map(bytes => Buffer.from(bytes))])
    },
    close() {
      for (const { socket } of pages) socket.close()
      stream.close()
      program.close()
    },
  }
}

/** A program that has a token, uses the API and listens on a socket. */
class Program {
  readonly #base: string
  readonly #token: string
  readonly #socket: WebSocket
  #heard = ''

  private constructor(base: string, token: string, socket: WebSocket) {
    this.#base = base
    this.#token = token
    this.#socket = socket
    socket.on('message', data => {
      this.#heard += String(data)
    })
  }

  static async open(base: string, { email, password }: Person, room: string): Promise<Program> {
    const answer = await fetch(new URL('/api/auth/login', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
    const { token } = tokenSchema.parse(await answer.json())
    const address = new URL(`/ws?room=${room}`, base.replace('http', 'ws'))
    const socket = new WebSocket(address, 'ephemeral-chat.v1.json', { headers: { authorization: `Bearer ${token}` } })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return new Program(base, token, socket)
  }

  /** Resolves once a word has come over its socket. */
  async hears(word: string): Promise<void> {
    for (const until = Date.now() + 15_000; !this.#heard.includes(word); await delay(20)) {
      if (Date.now() > until) throw new Error('The program did not hear of a message')
    }
  }

  async fetch(method: string, path: string, body?: object): Promise<Response> {
    await delay(apiPauseMs)
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
    return fetch(new URL(path, this.#base), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  async ask(method: string, path: string, body?: object): Promise<string> {
    const answer = await this.fetch(method, `/api/${path}`, body)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} /api/${path} was answered with ${answer.status}: ${text}`)
    return text
  }

  close(): void {
    this.#socket.close()
  }
}
