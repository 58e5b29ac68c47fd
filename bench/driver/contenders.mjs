/** The contenders whose messages are measured: each a server of its own with the clients of its pairs. */
import { setTimeout as delay } from 'node:timers/promises'
import { startPeer, startProduct } from './contender.mjs'
import { FloorVoice } from './floor-voice.mjs'
import { learnFrames } from './frame-lengths.mjs'
import { Conversations } from './lives.mjs'
import { PageVoice } from './page-voice.mjs'
import { People } from './people.mjs'
import { ProgramVoice } from './program-voice.mjs'
import { Requests } from './requests.mjs'
import { SocketIoVoice } from './socket-io-voice.mjs'
import { forEachBelow } from './turns.mjs'

const atOnce = 8
const warmUp = { underWay: 2, ms: 1000 }
/** Before this many lives a server's code is not compiled as far as it will be. */
const warmLives = 5000
/** By then clients have joined over Redis too, which a page is told by nothing. */
const joinMs = 2000

/**
 * Starts the product, and as many pairs with a client each. `learned` is what frames a life moves, of a pair more.
 * @param {'page' | 'program'} kind of their clients
 * @param {number} count of the pairs
 * @param {Record<string, string>} [env] settings of the server
 */
export async function startWithPairs(kind, count, env) {
  const server = await startProduct(env)
  const people = new People(server.url)
  const isPage = kind === 'page'
  const open = (roomId, person) =>
    isPage ? PageVoice.open(people, roomId, person) : ProgramVoice.open(server.url, roomId, person)
  const rooms = await people.pairs(count + 1, { logIn: isPage })
  const pairs = await forEachBelow(count + 1, atOnce, async index => {
    const { both, roomId } = rooms[index]
    return [await open(roomId, both[0]), await open(roomId, both[1])]
  })
  await delay(joinMs)
  const learned = await learnFrames(pairs.pop())
  people.close()
  return { server, people, pairs: new Conversations(pairs), learned }
}

/** Starts the design that the product replaces, with as many pairs. */
export async function startSocketIo(count) {
  const server = await startPeer('socket-io')
  const requests = new Requests(server.url)
  const pairs = await forEachBelow(count, atOnce, async () => {
    const { roomId, people } = await requests.postJson('/pair', {})
    return [
      await SocketIoVoice.open(server.url, roomId, people[0]),
      await SocketIoVoice.open(server.url, roomId, people[1]),
    ]
  })
  requests.close()
  return { server, pairs: new Conversations(pairs) }
}

/**
 * Starts the least server that moves the same frames, with as many pairs.
 * @param {import('./frame-lengths.mjs').FrameLengths} learned which frames
 */
export async function startFloor(count, { sent, received }) {
  const server = await startPeer('floor', { FRAMES: JSON.stringify(received) })
  const pairs = await forEachBelow(count, atOnce, async index => [
    await FloorVoice.open(server.url, index, sent),
    await FloorVoice.open(server.url, index, sent),
  ])
  return { server, pairs: new Conversations(pairs) }
}

/**
 * Lets a contender's pairs chat until its code is compiled.
 * @param {number} loopsAtMost loops of a second each, however few lives there were
 */
export async function warm({ server, pairs }, loopsAtMost) {
  let lived = 0
  for (let time = 0; time < loopsAtMost && lived < warmLives; time += 1) {
    lived += (await pairs.loop(warmUp, () => server.processorMs)).lives
  }
}
