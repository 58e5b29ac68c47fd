import { setInterval } from 'node:timers'
import { setTimeout as delay } from 'node:timers/promises'
import { Chats } from '../chaos/chats.js'
import type { Chatter, ChattingPair } from '../chaos/chatters.js'
import { idOf } from '../support/crowd.js'
import type { FaultProxy } from '../support/fault-proxy.js'
import { HttpClient } from '../support/http-client.js'
import { plainPicture } from '../support/images/pictures.js'
import { sendPicture } from '../support/images/sent-pictures.js'
import { picturesIn } from '../support/images/shown-pictures.js'

const password = 'long enough 1'
const writeEveryMs = 250
const cutEveryMs = 300
const pictureEveryMs = 700
const newcomers = [['socket', 'program']] as const

const randomOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(Math.random() * all.length)]

/** What people did, summed up. */
export interface Doings {
  sent: number
  doubled: number
  pictures: number
  cuts: number
  registered: number
}

/** The people of a server, hour by hour: residents who log in and out, and newcomers who register and leave for good. */
export class Hours {
  readonly doings: Doings = { sent: 0, doubled: 0, pictures: 0, cuts: 0, registered: 0 }
  readonly #url: string
  readonly #proxy: FaultProxy
  readonly #lifeMs: number
  readonly #picture: Buffer
  #residents: Chats | null = null

  private constructor(url: string, proxy: FaultProxy, lifeMs: number, picture: Buffer) {
    this.#url = url
    this.#proxy = proxy
    this.#lifeMs = lifeMs
    this.#picture = picture
  }

  /** @param lifeMs how long messages live */
  static async of(url: string, proxy: FaultProxy, lifeMs: number): Promise<Hours> {
    return new Hours(url, proxy, lifeMs, await plainPicture('jpeg', { width: 320, height: 240 }))
  }

  /** Lets an hour pass, after which nobody is there. */
  async pass(activeMs: number): Promise<void> {
    const residents = await this.#comeBack()
    const others = await Chats.begin(this.#url, { kinds: newcomers, lifeMs: this.#lifeMs })
    this.doings.registered += others.people.length
    const cutting = setInterval(() => {
      this.#proxy.cutOne(count => Math.floor(Math.random() * count))
      this.doings.cuts += 1
    }, cutEveryMs)
    try {
      const until = Date.now() + activeMs
      residents.talk(writeEveryMs)
      others.talk(writeEveryMs)
      await this.#err()
      while (Date.now() < until) {
        const pair = randomOf(residents.pairs)
        if (pair) await this.#sendPicture(pair)
        await delay(pictureEveryMs)
      }
    } finally {
      clearInterval(cutting)
    }
    for (const chats of [residents, others]) {
      const { sent, doubled } = await chats.quiet(this.#lifeMs)
      this.doings.sent += sent
      this.doings.doubled += doubled
      chats.leave()
    }
    await Promise.all(others.pairs.map(pair => this.#leaveForGood(pair)))
    await delay(this.#lifeMs)
    await Promise.all(residents.pairs.map(pair => this.#lookOnce(pair)))
    await Promise.all(residents.people.map(({ client }) => client.post('/logout', {}, '/chats')))
  }

  /** Has the residents register, the first time, or log in and open their chats. */
  async #comeBack(): Promise<Chats> {
    const { url } = this.#proxy
    const reopen = async ({ people: [ann, ben] }: ChattingPair) => {
      await Promise.all([ann, ben].map(({ client, name }) => client.logIn(`${name}@example.com`, password)))
      const chat = await ann.client.openChat(await idOf(ann.client, ben.name))
      await ben.client.get(chat)
      return chat
    }
    this.#residents = this.#residents
      ? await Chats.anew(this.#url, this.#residents, reopen)
      : await Chats.begin(this.#url, { through: [url, url], lifeMs: this.#lifeMs })
    return this.#residents
  }

  /** What people do wrong: a password, an address. */
  async #err(): Promise<void> {
    const stranger = new HttpClient(this.#url)
    await stranger.logIn('nobody@example.com', 'wrong wrong')
    await (await stranger.get('/nowhere')).text()
  }

  /** One sends a picture, and the other looks at it. */
  async #sendPicture({ people: [ann, ben], chat }: ChattingPair): Promise<void> {
    const fields = { nonce: `picture-${this.doings.pictures}` }
    const { status } = await sendPicture(ann.client, chat, { bytes: this.#picture }, fields)
    if (status !== 303) throw new Error(`A picture was answered with ${status}`)
    this.doings.pictures += 1
    const [address] = picturesIn(await (await ben.client.get(chat)).text())
    if (address) await (await ben.client.get(address)).arrayBuffer()
  }

  /** Both look at what has vanished before they saw it, as on a page without a script: a chat keeps that for them. */
  async #lookOnce({ people, chat }: ChattingPair): Promise<void> {
    for (const { client } of people) {
      const html = await (await client.get(chat)).text()
      const [, beacon = ''] = /<noscript><img class="ear" src="([^"]+)"/.exec(html) ?? []
      if (beacon) await (await client.get(beacon.replaceAll('&amp;', '&'))).arrayBuffer()
    }
  }

  /** One ends the chat, and both delete their accounts. */
  async #leaveForGood({ people, chat }: ChattingPair): Promise<void> {
    const [{ client }] = people
    await client.post(`${chat}/end`, {}, `${chat}/end`)
    const leave = ({ client: each }: Chatter) => each.post('/settings/delete', { password }, '/settings')
    for (const { status, headers } of await Promise.all(people.map(leave)))
      if (headers.get('location') !== '/login?done=deleted') throw new Error(`Deleting an account ended with ${status}`)
  }
}
