import { setTimeout as delay } from 'node:timers/promises'
import { newPair } from '../support/crowd.js'
import { type Chatter, type ChattingPair, enter, type Kind, type Person, stateOf } from './chatters.js'
import type { Tally } from './fault.js'

/** How people chat. Times in ms. */
export interface ChatsPlan {
  /** Where the pages and programs of either side connect, if not where they register: through a proxy. */
  readonly through?: readonly [string, string]
  readonly kinds?: readonly (readonly [Kind, Kind])[]
  /** How long messages live. */
  readonly lifeMs?: number
  /** How long their texts are, in characters. */
  readonly length?: number
}

const hourMs = 3_600_000
/** The states of a message that nobody has to do anything for. */
const movingStates = ['pending', 'in-flight', 'waiting', 'uploading']
const usualKinds = [
  ['socket', 'stream'],
  ['program', 'socket'],
  ['stream', 'program'],
] as const

const wordOf = new Map([
  [1006, '"Reconnecting" (line lost)'],
  [1012, '"Reconnecting" (server restarts)'],
  [4401, 'to log in again'],
  [4404, 'that the chat is gone'],
])

let lastText = 0

/** Pairs of people who chat with each other, on pages and with programs, and what became of what they wrote. */
export class Chats {
  readonly pairs: readonly ChattingPair[]
  /** When the fault was over, in ms since the epoch: from there on what it held up is late. */
  overAt = 0
  readonly #plan: ChatsPlan
  #isTalking = false
  #talk: Promise<unknown> = Promise.resolve()

  private constructor(pairs: readonly ChattingPair[], plan: ChatsPlan) {
    this.pairs = pairs
    this.#plan = plan
  }

  /** Registers people, opens their chats and connects them. */
  static async begin(url: string, plan: ChatsPlan = {}): Promise<Chats> {
    const pairs = (plan.kinds ?? usualKinds).map(async ([annKind, benKind]) => {
      const { ann, ben, annName, benName, chat } = await newPair(url)
      const people = [
        { client: ann, name: annName, kind: annKind },
        { client: ben, name: benName, kind: benKind },
      ] as const
      return enterBoth(people, chat, url, plan)
    })
    return new Chats(await Promise.all(pairs), plan)
  }

  /**
   * Opens the chats of people anew who have lost them, and connects those people again.
   * @param reopen logs the two in again, and resolves with the path of their new chat
   */
  static async anew(url: string, before: Chats, reopen: (pair: ChattingPair) => Promise<string>): Promise<Chats> {
    const pairs = before.pairs.map(async pair => enterBoth(pair.people, await reopen(pair), url, before.#plan))
    return new Chats(await Promise.all(pairs), before.#plan)
  }

  /** One of the pairs, where any will do. */
  get first(): ChattingPair {
    const [first] = this.pairs
    if (!first) throw new Error('Nobody chats')
    return first
  }

  get people(): Chatter[] {
    return this.pairs.flatMap(({ people }) => people)
  }

  /** Has everybody write every so often, until `quiet` or `hush` is called. */
  talk(everyMs: number): void {
    this.#isTalking = true
    this.#talk = Promise.all(
      this.people.map(async person => {
        while (this.#isTalking) {
          this.write(person)
          person.voice.see()
          await delay(everyMs * (0.5 + Math.random()))
        }
      }),
    )
  }

  /** Has somebody write a message, and returns its text. */
  write({ voice, written, name }: Chatter): string {
    lastText += 1
    const text = `${name} says ${lastText}`.padEnd(this.#plan.length ?? 0, 'x')
    written.set(text, Date.now())
    voice.write(text)
    return text
  }

  /** Ends the talking, though not what is under way. */
  async hush(): Promise<void> {
    this.#isTalking = false
    await this.#talk
  }

  /** Ends the talking, waits until all has arrived, and counts. */
  async quiet(patienceMs: number): Promise<Tally> {
    await this.hush()
    const until = Date.now() + patienceMs
    while (Date.now() < until && this.#moving().length > 0) await delay(50)
    return this.count()
  }

  /** What has become of all messages by now. */
  count(): Tally {
    const lost = this.#unshown().filter(({ text, from }) => stateOf(from, text) === undefined)
    const waiting = this.#moving().length - lost.length
    const texts = this.people.flatMap(({ written }) => [...written.keys()])
    const timesShown = this.people.flatMap(({ voice }) => texts.map(text => voice.shownAs.get(text)?.size ?? 0))
    const doubled = timesShown.filter(times => times > 1)
    const sent = this.people.reduce((sum, { written }) => sum + written.size, 0)
    const tookMs = this.#each((from, to) =>
      [...from.written].flatMap(([text, writtenAt]) => this.#lateness(writtenAt, to.voice.shownAt.get(text))),
    ).sort((a, b) => a - b)
    const p99Ms = tookMs[Math.floor(tookMs.length * 0.99)] ?? 0
    return { sent, lost: lost.length, doubled: doubled.length, waiting, p99Ms, mostMs: tookMs.at(-1) ?? 0 }
  }

  /** How often which connections ended, in words. */
  told(): string {
    const counts = new Map<string, number>()
    for (const { voice } of this.people) {
      for (const [code, count] of voice.endings) {
        const word = wordOf.get(code) ?? `closed with ${code}`
        counts.set(word, (counts.get(word) ?? 0) + count)
      }
    }
    return [...counts].map(([word, count]) => `${word} ${count} times`).join(', ') || 'nothing: nobody was cut off'
  }

  leave(): void {
    this.#isTalking = false
    for (const { voice } of this.people) voice.stop()
  }

  /** The messages that their writers were told are not sent. */
  get aside(): { text: string; from: Chatter }[] {
    return this.#unshown().filter(({ text, from }) => !movingStates.includes(stateOf(from, text) ?? 'pending'))
  }

  /** The messages that may still arrive by themselves. */
  #moving(): { text: string; from: Chatter }[] {
    return this.#unshown().filter(({ text, from }) => movingStates.includes(stateOf(from, text) ?? 'pending'))
  }

  /** The messages that their reader has not been shown. */
  #unshown(): { text: string; from: Chatter }[] {
    return this.#each((from, to) =>
      [...from.written.keys()].filter(text => !to.voice.shownAs.has(text)).map(text => ({ text, from })),
    )
  }

  #each<T>(read: (from: Chatter, to: Chatter) => T[]): T[] {
    return this.pairs.flatMap(({ people: [ann, ben] }) => [...read(ann, ben), ...read(ben, ann)])
  }

  #lateness(writtenAt: number, shownAt: number | undefined): number[] {
    if (shownAt === undefined) return []
    return [shownAt - (shownAt >= this.overAt ? Math.max(writtenAt, this.overAt) : writtenAt)]
  }
}

async function enterBoth(
  [ann, ben]: readonly [Person, Person],
  chat: string,
  url: string,
  { through = [url, url], lifeMs = hourMs }: ChatsPlan,
): Promise<ChattingPair> {
  return {
    chat,
    people: await Promise.all([enter(ann, chat, through[0], lifeMs), enter(ben, chat, through[1], lifeMs)]),
  }
}

/** Has people chat on a server while work goes on; they leave however it ends. */
export async function withChats<T>(url: string, plan: ChatsPlan, work: (chats: Chats) => Promise<T>): Promise<T> {
  const chats = await Chats.begin(url, plan)
  try {
    return await work(chats)
  } finally {
    chats.leave()
  }
}
