import { setTimeout as delay } from 'node:timers/promises'
import { newPair } from '../support/crowd.js'
import { type Chatter, type ChattingPair, enter, type Kind, type Person } from './chatters.js'
import { tellEndings } from './endings.js'
import { fateOf, strangeTextsIn, type Written, writtenIn } from './fates.js'
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
const usualKinds = [
  ['socket', 'stream'],
  ['program', 'socket'],
  ['stream', 'program'],
] as const

let lastText = 0

/** Pairs of people who chat with each other, on pages and with programs, and what became of what they wrote. */
export class Chats {
  readonly pairs: readonly ChattingPair[]
  /** When the fault was over, in ms since the epoch: from there on what it held up is late. */
  overAt = 0
  /** Which messages may have lived and gone while their reader was away: then they are not lost. */
  mayVanish: (message: Written) => boolean = () => false
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

  /** Has everybody try again what they were told is not sent. */
  tryAgain(): void {
    for (const { voice } of this.people) voice.tryAgain()
  }

  /** Ends the talking, though not what is under way. */
  async hush(): Promise<void> {
    this.#isTalking = false
    await this.#talk
  }

  /** Ends the talking, waits until all has arrived and been seen, and counts. */
  async quiet(patienceMs: number): Promise<Tally> {
    await this.hush()
    const seenOf = new Map<Chatter, number>()
    for (const until = Date.now() + patienceMs; Date.now() < until; await delay(100)) {
      for (const person of this.people) {
        const { shownAs } = person.voice
        if (seenOf.get(person) !== shownAs.size) person.voice.see()
        seenOf.set(person, shownAs.size)
      }
      if (this.#written.every(message => fateOf(message) !== 'moving' && !this.#isLost(message))) break
    }
    return this.count()
  }

  /** What has become of all messages by now. */
  count(): Tally {
    const written = this.#written
    const countOf = (isCounted: (message: Written) => boolean) => written.filter(isCounted).length
    const timesShown = this.people.flatMap(({ voice }) => written.map(({ text }) => voice.shownAs.get(text)?.size ?? 0))
    const tookMs = written.flatMap(message => this.#lateness(message)).sort((a, b) => a - b)
    return {
      sent: written.length,
      lost: countOf(message => this.#isLost(message)),
      doubled: timesShown.filter(times => times > 1).length,
      astray: this.pairs.flatMap(strangeTextsIn).length,
      notSent: this.notSent.length,
      waiting: countOf(message => fateOf(message) === 'moving'),
      p99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0,
      mostMs: tookMs.at(-1) ?? 0,
    }
  }

  /** The messages that their writers were told are not sent. */
  get notSent(): Written[] {
    return this.#written.filter(message => fateOf(message) === 'not sent')
  }

  /** The messages that lived and went while their reader was away. */
  get vanished(): Written[] {
    return this.#written.filter(message => fateOf(message) === 'gone' && this.mayVanish(message))
  }

  /** How often which connections ended, in words. */
  told(): string {
    return tellEndings(this.people)
  }

  leave(): void {
    this.#isTalking = false
    for (const { voice } of this.people) voice.stop()
  }

  get #written(): Written[] {
    return this.pairs.flatMap(writtenIn)
  }

  #isLost(message: Written): boolean {
    return fateOf(message) === 'gone' && !this.mayVanish(message)
  }

  #lateness({ text, at, to }: Written): number[] {
    const shownAt = to.voice.shownAt.get(text)
    if (shownAt === undefined) return []
    return [shownAt - (shownAt >= this.overAt ? Math.max(at, this.overAt) : at)]
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
