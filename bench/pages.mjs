/**
 * What pages cost: a chat of 100 messages and the list of 200 chats, with and without compression, and how many bytes the
 * first visit of a chat loads.
 */
import { startProduct } from './driver/contender.mjs'
import { Series } from './driver/figures.mjs'
import { textOf } from './driver/lives.mjs'
import { People } from './driver/people.mjs'
import { forEachBelow } from './driver/turns.mjs'

const messages = 100
const chats = 200
const rounds = 5
/** V8 goes on compiling for thousands of requests; most of it is over by then. */
const warmUps = 1000
const requests = 150
const atOnce = 4
/** What Chromium accepts. */
const compressed = 'gzip, deflate, br, zstd'

/** Posts messages to a room, by turns of its two people. */
async function fill(people, { both, roomId }, count) {
  for (let number = 0; number < count; number += 1) {
    const fields = { content: textOf(number), nonce: `n${number}` }
    await people.requests.postJson(`/api/chat/rooms/${roomId}/messages`, fields, both[number % 2].token)
  }
}

/** Reports what a chat's page shows as seen, as the page does without JavaScript. */
async function see(people, { both, roomId }) {
  for (const person of both) {
    const html = await people.load(`/chats/${roomId}`, person)
    const [, beacon = ''] = /<noscript>\s*<img class="ear" src="([^"]+)"/.exec(html) ?? []
    await people.requests.expect(204, 'GET', beacon.replaceAll('&amp;', '&'), { headers: { cookie: person.cookie } })
  }
}

/** Somebody with as many chats, each with a message. */
async function withChats(people, count) {
  const person = await people.logIn(await people.register())
  await forEachBelow(count, atOnce, async () => {
    const other = await people.register()
    const { roomId } = await people.requests.postJson('/api/chat/rooms', { otherUserId: other.id }, person.token)
    await fill(people, { both: [other], roomId }, 1)
  })
  return person
}

/** The bytes of a page and of the style sheets, scripts and icons that its HTML names, as they come to a browser. */
async function firstLoad({ requests }, path, { cookie }) {
  const headers = { cookie, 'accept-encoding': compressed }
  const page = await requests.expect(200, 'GET', path, { headers })
  const html = (await requests.expect(200, 'GET', path, { headers: { cookie } })).content.toString()
  const tags = html.replace(/<noscript>.*?<\/noscript>/gs, '').match(/<(?:link|script)\b[^>]*>/g) ?? []
  const addresses = tags
    .filter(tag => !tag.startsWith('<link') || /rel="(?:stylesheet|icon|manifest|modulepreload|preload)"/.test(tag))
    .map(tag => / (?:href|src)="(\/[^"]+)"/.exec(tag)?.[1])
    .filter(address => address !== undefined)
  const files = await Promise.all([...new Set(addresses)].map(each => requests.expect(200, 'GET', each, { headers })))
  return [page, ...files].reduce((sum, { bytes }) => sum + bytes, 0)
}

export async function measure() {
  const server = await startProduct()
  const people = new People(server.url)
  const [room, emptyRoom] = await people.pairs(2, { logIn: true })
  await fill(people, room, messages)
  await see(people, room)
  const [reader] = room.both
  const person = await withChats(people, chats)
  const pages = {
    'a chat of 100 messages': { path: `/chats/${room.roomId}`, cookie: reader.cookie },
    'a list of 200 chats': { path: '/chats', cookie: person.cookie },
  }
  const kinds = Object.entries(pages).flatMap(([name, { path, cookie }]) => [
    { name, path, headers: { cookie, 'accept-encoding': 'identity' } },
    { name: `${name}, compressed`, path, headers: { cookie, 'accept-encoding': compressed } },
  ])
  const figures = {}
  const series = new Series()
  const load = (count, { path, headers }) =>
    forEachBelow(count, atOnce, () => people.requests.expect(200, 'GET', path, { headers }))
  for (const kind of kinds) {
    const [{ bytes }] = await load(warmUps, kind)
    figures[`${kind.name}: bytes`] = bytes
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of kinds) {
      const [from, before] = [performance.now(), server.processorMs]
      await load(requests, kind)
      series.note(`${kind.name}: processor time a request, ms`, (server.processorMs - before) / requests)
      series.note(`${kind.name}: requests a second`, (1000 * requests) / (performance.now() - from))
    }
  }
  figures['first load of an empty chat, bytes'] = await firstLoad(
    people,
    `/chats/${emptyRoom.roomId}`,
    emptyRoom.both[0],
  )
  people.close()
  await server.stop()
  return { ...figures, ...series.figures }
}
