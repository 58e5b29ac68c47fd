/** Learns from single lives which frames a voice of the product moves, and how long they are. */
import { setTimeout as delay } from 'node:timers/promises'
import { textOf } from './lives.mjs'

/** When nothing has come for this long, all that follows from a step has arrived. */
const quietMs = 50
const patienceMs = 10_000
const lives = 15
/** The first lives bring more than others do, as the line of the day. */
const warmUp = 3
const kinds = ['send', 'delivered', 'seen']

/**
 * @typedef {object} FrameLengths lengths in bytes of the frames of one life, by the kind of frame that began them
 * @property {Record<string, number>} sent by the clients
 * @property {Record<string, { own: number[], other: number[] }>} received by who sent the message, and by who reads it
 * @property {Record<string, { own: string[], other: string[] }>} texts of these frames
 */

/**
 * Lets messages live one at a time, and returns the frames of the one whose bytes are the median.
 * @param {readonly [object, object]} voices the clients of the two
 * @returns {Promise<FrameLengths>}
 */
export async function learnFrames([own, other]) {
  const seen = []
  for (let number = 0; number < lives; number += 1) seen.push(await observe(own, other, 90_000_000 + number))
  const sum = ({ received }) =>
    kinds.flatMap(kind => [...received[kind].own, ...received[kind].other]).reduce((a, b) => a + b, 0)
  const sorted = seen.slice(warmUp).sort((a, b) => sum(a) - sum(b))
  return sorted[sorted.length >> 1]
}

async function observe(own, other, number) {
  const life = { sent: {}, received: {}, texts: {} }
  for (const kind of kinds) {
    life.received[kind] = { own: [], other: [] }
    life.texts[kind] = { own: [], other: [] }
  }
  let step = 'send'
  let heardAt = 0
  for (const [side, voice] of Object.entries({ own, other })) {
    voice.onFrame = (text, bytes) => {
      life.received[step][side].push(bytes)
      life.texts[step][side].push(text)
      heardAt = performance.now()
    }
    voice.onSent = (kind, bytes) => {
      life.sent[kind] = bytes
    }
  }
  let message = null
  other.onShown = (_number, shown) => {
    message = shown
  }
  /** Waits until the sender has heard of a step, and then nothing more comes. */
  const settled = async () => {
    const from = performance.now()
    while (life.received[step].own.length === 0 || message === null || performance.now() - heardAt < quietMs) {
      if (performance.now() - from > patienceMs) throw new Error(`Nobody heard of the step ${step}`)
      await delay(10)
    }
  }
  const release = other.hold()
  own.sendText(textOf(number), number)
  await settled()
  step = 'delivered'
  release()
  await settled()
  step = 'seen'
  other.reportSeen(message)
  await settled()
  for (const voice of [own, other]) {
    voice.onFrame = () => {}
    voice.onSent = () => {}
  }
  return life
}

/** The part of a frame that is a row: the list item with the message. */
const rowOf = text => text.slice(text.indexOf('<li id="m-'), text.indexOf('</li>', text.indexOf('<li id="m-')) + 5)
const sum = lengths => lengths.reduce((all, each) => all + each, 0)

/**
 * The lengths of what a page gets in the life of a message of 48 characters, in bytes, by the names of their limits.
 * @param {FrameLengths} learned
 */
export function lengthsOf({ received, texts }) {
  return {
    "the reader's frame with a message of 48 characters, bytes": sum(received.send.other),
    'its row, bytes': Buffer.byteLength(rowOf(texts.send.other.join('')), 'latin1'),
    "the sender's frame with the same message, bytes": sum(received.send.own),
    'its row for the sender, bytes': Buffer.byteLength(rowOf(texts.send.own.join('')), 'latin1'),
    'a tick, bytes': Math.max(sum(received.delivered.own), sum(received.seen.own)),
    'all frames of a life to both pages, bytes': Object.values(received).reduce(
      (all, { own, other }) => all + sum(own) + sum(other),
      0,
    ),
  }
}
