/**
 * The life of a message: one person sends it, the other's client shows it and reports it as delivered, the sender gets that
 * tick, the other reports it as seen, and the sender gets that tick too. Each step waits for the one before, so that every
 * contender does the same work for each life.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from './figures.mjs'

/** A step that takes longer counts as lost: the contender fails. */
const patienceMs = 120_000

/** The text of a message, 48 characters long. Its number stands where a client finds it. */
export const textOf = number => `life-${number} `.padEnd(48, 'has forty-eight characters, as many texts have. ')

/** The two of a chat, with a client each, and the lives that are under way between them. */
class Pair {
  #voices
  #lives = new Map()
  /** How many are under way from each of the two. */
  #underWay = [0, 0]

  /** @param {readonly [object, object]} voices of the two: PageVoice, or one with the same handlers */
  constructor(voices) {
    this.#voices = voices
    for (const [side, voice] of voices.entries()) {
      const other = voices[1 - side]
      voice.onShown = (number, message) => this.#noteShown(other, number, message)
      voice.onStatus = (id, status) => this.#noteStatus(voice, other, id, status)
      voice.onClose = code => {
        this.closedWith = code
      }
    }
  }

  get underWay() {
    return this.#underWay[0] + this.#underWay[1]
  }

  /** The number of the oldest life if it has waited too long. */
  get overdue() {
    const [oldest] = this.#lives.values()
    return oldest && performance.now() - oldest.at > patienceMs ? oldest.number : undefined
  }

  /** Begins a life, from whoever has fewer under way. */
  begin(number, at, onOver) {
    const side = this.#underWay[0] <= this.#underWay[1] ? 0 : 1
    this.#underWay[side] += 1
    this.#lives.set(number, { number, side, at, shownAt: 0, message: null, onOver })
    this.#voices[side].sendText(textOf(number), number)
  }

  #noteShown(sender, number, message) {
    const life = this.#lives.get(number)
    if (!life || life.message) return
    life.shownAt = performance.now()
    life.message = message
    sender.awaited.add(message.id)
    this.#lives.set(message.id, life)
    this.#lives.delete(number)
  }

  #noteStatus(sender, reader, id, status) {
    const life = this.#lives.get(id)
    if (!life) return
    if (status === 'delivered') {
      if (life.isDelivered) return
      life.isDelivered = true
      return reader.reportSeen(life.message)
    }
    sender.awaited.delete(id)
    this.#lives.delete(id)
    this.#underWay[life.side] -= 1
    life.onOver(performance.now() - life.at, life.shownAt - life.at)
  }
}

/** The pairs of a contender, who chat. */
export class Conversations {
  #pairs
  #number = 0

  /** @param {readonly (readonly [object, object])[]} pairs the clients of each */
  constructor(pairs) {
    this.#pairs = pairs.map(voices => new Pair(voices))
  }

  /**
   * A closed loop: each life that is over is followed by the next.
   * @param {{ underWay: number, ms: number }} plan how many are under way in each pair, and for how long
   * @param {() => number} processorMs processor time of the contender so far
   */
  async loop({ underWay, ms }, processorMs) {
    const took = []
    let isOver = false
    const next = pair => {
      if (isOver) return
      pair.begin(this.#number++, performance.now(), lifeMs => {
        took.push(lifeMs)
        next(pair)
      })
    }
    const [from, before] = [performance.now(), processorMs()]
    for (const pair of this.#pairs) for (let n = 0; n < underWay; n += 1) next(pair)
    await delay(ms)
    isOver = true
    await this.#settle()
    const used = processorMs() - before
    const seconds = (performance.now() - from) / 1000
    return {
      lives: took.length,
      aSecond: took.length / seconds,
      processorUs: (1000 * used) / took.length,
      p99: percentile(took, 0.99),
    }
  }

  /**
   * A fixed rate: lives begin when they are due, however many are under way, and count from when they were due.
   * @param {{ rate: number, ms: number }} plan lives a second, and for how long
   * @param {() => number} processorMs processor time of the contender so far
   */
  async atRate({ rate, ms }, processorMs) {
    const [lives, shown] = [[], []]
    const [from, before] = [performance.now(), processorMs()]
    const most = Math.round((rate * ms) / 1000)
    for (let begun = 0; begun < most; ) {
      const due = Math.min(most, 1 + Math.floor(((performance.now() - from) * rate) / 1000))
      for (; begun < due; begun += 1) {
        const pair = this.#pairs[begun % this.#pairs.length]
        pair.begin(this.#number++, from + (begun * 1000) / rate, (lifeMs, shownMs) => {
          lives.push(lifeMs)
          shown.push(shownMs)
        })
      }
      await delay(1)
    }
    await this.#settle()
    return {
      p50: percentile(lives, 0.5),
      p99: percentile(lives, 0.99),
      shownP50: percentile(shown, 0.5),
      shownP99: percentile(shown, 0.99),
      processorUs: (1000 * (processorMs() - before)) / lives.length,
    }
  }

  /** Waits until no life is under way. Throws if one does not end. */
  async #settle() {
    while (this.#pairs.some(({ underWay }) => underWay > 0)) {
      for (const { closedWith, overdue } of this.#pairs) {
        if (closedWith !== undefined) throw new Error(`A client was closed with ${closedWith}`)
        if (overdue !== undefined) throw new Error(`The life of message ${overdue} does not go on`)
      }
      await delay(1)
    }
  }
}
