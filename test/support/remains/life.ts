import { z } from 'zod'
import { EventStream } from '../event-stream.js'
import type { HttpClient } from '../http-client.js'
import { noisyPicture } from '../images/pictures.js'
import { sendPicture } from '../images/sent-pictures.js'
import { picturesIn } from '../images/shown-pictures.js'
import { LivePage, messageIdOf } from '../live-page.js'
import { type Mark, markOfFile, markOfWord, newWord } from './marks.js'
import type { Couple } from './people.js'
import { Program } from './program.js'

/** Texts, a description and a picture that live, and all that has their words. */
export interface Life {
  readonly marks: readonly Mark[]
  readonly texts: readonly Mark[]
  readonly description: Mark
  /** The picture as people get it. */
  readonly served: Mark
  /** Until when all of them live, by our clock. */
  readonly wholeUntil: number
  /** When the last of them ends at the latest, by our clock. */
  readonly endsAt: number
  /** The text of all that a person can ask of the server about the chat. */
  readAll(): Promise<Buffer>
  close(): void
}

/** What was sent ended before it was looked for everywhere: this machine is too slow for lives that short. */
export class ShortLives extends Error {
  override readonly name = 'ShortLives'
}

/** Smaller than any limit. The server makes a WebP of some 10 kB of it. */
const pictureSize = { width: 120, height: 90 }
const messages = 5

const roomSchema = z.object({ messages: z.array(z.object({ imageUrl: z.string().nullable() })) })

/**
 * Sends by every way there is: texts by socket, form and API, an answer that quotes, a picture with its description; to pages over
 * sockets and a stream, to the list of chats, and to a program. Each has a mark of its own.
 * @throws ShortLives
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

  const fields = { alt: `${words.alt} described`, nonce: newWord() }
  const { status } = await sendPicture(ann.client, chat, { bytes: picture, name: 'picture.png' }, fields)
  if (status !== 303) throw new Error(`The picture was answered with ${status}`)
  await benPage.frame(({ text }) => text.includes(words.alt))

  const readPages = async () => {
    const paths = [chat, '/chats']
    const answers = await Promise.all([ann, ben].flatMap(({ client }) => paths.map(path => client.get(path))))
    return Promise.all(answers.map(answer => answer.text()))
  }
  const readApi = async () => {
    const ofRoom = await program.ask('GET', `chat/rooms/${room}/messages`)
    const rooms = await program.ask('GET', 'chat/rooms')
    return [ofRoom, rooms]
  }
  const [address] = picturesIn(await (await ben.client.get(chat)).text())
  const [ofRoom = ''] = await readApi()
  const imageUrl = roomSchema.parse(JSON.parse(ofRoom)).messages.find(each => each.imageUrl !== null)?.imageUrl
  if (address === undefined || typeof imageUrl !== 'string') throw new ShortLives('The picture was gone')
  const answer = await ben.client.get(address)
  if (!answer.ok) throw new ShortLives(`The picture was answered with ${answer.status}`)
  const served = Buffer.from(await answer.arrayBuffer())
  await program.fetch('GET', imageUrl)

  // A life that is counted from being seen begins with the report of its own message.
  const see = async (page: LivePage, client: HttpClient) => {
    const html = await (await client.get(chat)).text()
    const unseen = [...html.matchAll(/data-message-id="([^"]+)"[^>]* data-unseen=/g)]
    for (const [, messageId] of unseen) page.say({ type: 'message:status', messageId, status: 'seen' })
    await page.fence()
  }
  await Promise.all([see(annPage, ann.client), see(benPage, ben.client)])
  const [page = ''] = await readPages()
  const remaining = [...page.matchAll(/<article[^>]* data-remaining="(\d+)"/g)].map(([, ms]) => Number(ms))
  if (remaining.length < messages) throw new ShortLives(`Of ${messages} messages ${remaining.length} were left`)

  const now = Date.now()
  const texts = [
    markOfWord('a text sent by socket', words.socket),
    markOfWord('a text sent by a form', words.form),
    markOfWord('a text sent by the API', words.api),
  ]
  const description = markOfWord('a description', words.alt)
  const ofServed = markOfFile('a picture as it is served', served)
  const pages = [annPage, benPage, list]
  return {
    marks: [...texts, description, markOfFile('a picture as it was sent', picture), ofServed],
    texts,
    description,
    served: ofServed,
    wholeUntil: now + Math.min(...remaining),
    endsAt: now + Math.max(...remaining),
    async readAll() {
      const picturesNow = await Promise.all([
        ben.client.get(address).then(answer => answer.arrayBuffer()),
        program.fetch('GET', imageUrl).then(answer => answer.arrayBuffer()),
      ])
      const answers = [...(await readPages()), ...(await readApi())]
      return Buffer.concat([Buffer.from(answers.join('\n')), ...picturesNow.map(bytes => Buffer.from(bytes))])
    },
    close() {
      for (const { socket } of pages) socket.close()
      stream.close()
      program.close()
    },
  }
}
