/**
 * What many connections cost: what a join costs when 1,000 and when 10,000 are here, what memory 10,000 idle pages hold, a
 * storm in which all of them are cut and come back, and how quick messages are among 20,000 connections. All are pages of
 * 5,000 people, two of each and then four, in the rooms of 2,500 pairs.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startProduct } from './driver/contender.mjs'
import { figureOf } from './driver/figures.mjs'
import { Conversations } from './driver/lives.mjs'
import { PageVoice } from './driver/page-voice.mjs'
import { People } from './driver/people.mjs'
import { SocketClient } from './driver/socket-client.mjs'
import { forEachBelow } from './driver/turns.mjs'

const few = 1000
const many = 10_000
/** How many joins are measured together: a single one is too short. */
const block = 500
const rounds = 5
const joinsAtOnce = 8
/** Only Linux has more than one address of the loopback; another has 16,000 ports. */
const hasAddresses = process.platform === 'linux'
const most = hasAddresses ? 20_000 : 15_000
/** Descriptors that the server keeps free, and the driver needs for itself. */
const reserved = 150
const chatting = { pairs: 500, rate: 1000, ms: 8000 }
/** How htmx comes back: half a second after it was cut, more or less, and then after twice as long each time. */
const comeBack = { firstMs: 500, jitter: 0.3 }
const settleMs = 2000

/** The limit of open files of this process, and so of the server; null if the system does not tell. */
function openFiles() {
  try {
    return Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  } catch {
    return null
  }
}

/** A page that is open: where its socket connects, and the socket. */
class OpenPage {
  #address
  #headers
  #localAddress
  #socket = null

  constructor(address, { cookie }, index) {
    this.#address = address
    this.#headers = { cookie }
    this.#localAddress = hasAddresses ? `127.0.0.${2 + (index % 4)}` : undefined
  }

  /** Another page of the same person in the same room. */
  again(index) {
    return new OpenPage(this.#address, { cookie: this.#headers.cookie }, index)
  }

  async connect() {
    const socket = await SocketClient.open(this.#address, { headers: this.#headers, localAddress: this.#localAddress })
    this.#socket = socket
    this.keepState()
    return socket
  }

  /** Puts what the page shows into its address, as src/browser/connection.ts does. */
  keepState() {
    const address = new URL(this.#address)
    this.#socket.onText = text => {
      const [, state] = /id="state" value="([^"]+)"/.exec(text) ?? []
      if (!state) return
      address.searchParams.set('state', state)
      address.searchParams.set('again', '1')
      this.#address = address
    }
  }

  /** Connects after it was cut, however often it takes; resolves with the time of the last try, in ms. */
  async comeBack() {
    for (let wait = comeBack.firstMs; ; wait = Math.min(60_000, wait * 2)) {
      await delay(wait * (1 + comeBack.jitter * (2 * Math.random() - 1)))
      const from = performance.now()
      const isOpen = await this.connect().then(
        () => true,
        () => false,
      )
      if (isOpen) return performance.now() - from
    }
  }

  cut() {
    this.#socket.cut()
  }
}

/** Waits until the server has nothing to do. */
async function settled(server) {
  for (let before = -1; before !== server.processorMs; ) {
    before = server.processorMs
    await delay(settleMs / 4)
  }
}

/** The processor time of a join, in ms: pages that are cut and join again, `rounds` times. */
async function costOfJoins(server, pages) {
  const costs = []
  for (let round = 0; round < rounds; round += 1) {
    for (const page of pages) page.cut()
    await settled(server)
    const before = server.processorMs
    await forEachBelow(pages.length, joinsAtOnce, index => pages[index].connect())
    await settled(server)
    costs.push((server.processorMs - before) / pages.length)
  }
  return costs
}

/** Opens further pages of the same people, up to a number of connections. */
async function fillUp(pages, wanted) {
  const others = Array.from({ length: wanted - pages.length }, (_, index) => pages[index % pages.length].again(index))
  await forEachBelow(others.length, joinsAtOnce, index => others[index].connect())
}

export async function measure() {
  const server = await startProduct()
  const people = new People(server.url)
  const rooms = await people.pairs(many / 4, { logIn: true })
  const members = rooms.flatMap(({ both, roomId }) => both.map(person => ({ person, roomId })))
  const opened = await forEachBelow(members.length, joinsAtOnce, async index => {
    const { person, roomId } = members[index]
    return new OpenPage(await people.addressOf(roomId, person), person, index)
  })
  const pages = opened.flatMap((page, index) => [page, page.again(index)])
  const figures = {}
  const empty = await server.memory()

  await forEachBelow(few, joinsAtOnce, index => pages[index].connect())
  const joinsAtFew = await costOfJoins(server, pages.slice(few - block, few))
  await forEachBelow(pages.length - few, joinsAtOnce, index => pages[few + index].connect())
  const joinsAtMany = await costOfJoins(server, pages.slice(-block))
  figures['a join, up to the 1,000th: processor time, ms'] = figureOf(joinsAtFew)
  figures['a join, up to the 10,000th: processor time, ms'] = figureOf(joinsAtMany)

  await settled(server)
  const full = await server.memory()
  figures['an idle page of 10,000: heap, bytes'] = (full.heap - empty.heap) / pages.length
  figures['an idle page of 10,000: RSS, bytes'] = (full.resident - empty.resident) / pages.length
  figures['the server with 5,000 people, none connected: RSS, MB'] = empty.resident / 1_048_576

  const before = server.processorMs
  const from = performance.now()
  for (const page of pages) page.cut()
  await Promise.all(pages.map(page => page.comeBack()))
  figures['a storm of 10,000 reconnects: time until all are back, s'] = (performance.now() - from) / 1000
  await settled(server)
  figures['a storm of 10,000 reconnects: processor time of each, ms'] = (server.processorMs - before) / pages.length

  // Those who chat have a single page each.
  const quiet = 4 * chatting.pairs
  const limit = openFiles()
  const wanted = Math.min(most, (limit ?? most + reserved) - reserved)
  for (const page of pages.slice(0, quiet)) page.cut()
  await fillUp(pages.slice(quiet), wanted - 2 * chatting.pairs)
  const pairs = await forEachBelow(chatting.pairs, joinsAtOnce, async index => {
    const { both, roomId } = rooms[index]
    return [await PageVoice.open(people, roomId, both[0]), await PageVoice.open(people, roomId, both[1])]
  })
  await settled(server)
  const conversations = new Conversations(pairs)
  const took = []
  for (let round = 0; round < rounds; round += 1) {
    took.push(await conversations.atRate(chatting, () => server.processorMs))
  }
  figures['connections while 1,000 lives a second go on'] = wanted
  figures['p50 of a life among these, ms'] = figureOf(took.map(({ p50 }) => p50))
  figures['p99 of a life among these, ms'] = figureOf(took.map(({ p99 }) => p99))
  people.close()
  await server.stop()
  return figures
}
