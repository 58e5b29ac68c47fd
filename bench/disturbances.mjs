/**
 * How long the lives of messages take at rest, during 10 log-ins a second, and while 12-megapixel pictures are converted,
 * by turns on one server.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { root } from '../scripts/process.mjs'
import { startWithPairs } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'

const pairCount = 20
const chat = { rate: 100, ms: 5000 }
const rounds = 3
const warmUp = { underWay: 2, ms: 5000 }
const logInsASecond = 10
const photoSize = { width: 4000, height: 3000 }
const picturesAtOnce = 4

/** Does something every so many ms; the returned function stops it, and resolves with how often it was done. */
function repeat(work, everyMs) {
  let isOver = false
  const all = (async () => {
    const begun = []
    for (let due = performance.now(); !isOver; due += everyMs) {
      begun.push(work())
      await delay(Math.max(0, due + everyMs - performance.now()))
    }
    return (await Promise.all(begun)).length
  })()
  return () => {
    isOver = true
    return all
  }
}

/** A photo as phones take them: not flat, so that it takes as long to read and to write. */
async function takePhoto() {
  const raw = { width: 300, height: 225, channels: 3 }
  return sharp(randomBytes(raw.width * raw.height * 3), { raw })
    .resize(photoSize.width, photoSize.height, { kernel: 'cubic', fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** A process at low priority that uploads pictures: its own work must not be measured as the server's. */
async function startUploads(url, { both, roomId }) {
  const child = fork(join(root, 'bench', 'driver', 'uploads.mjs'))
  child.on('exit', code => {
    // Nobody would answer any more.
    if (code) throw new Error(`The uploads ended with ${code}`)
  })
  const photo = (await takePhoto()).toString('base64')
  child.send({ url: url.href, roomId, token: both[0].token, photo, atOnce: picturesAtOnce })
  await once(child, 'message')
  return {
    begin() {
      child.send('begin')
      return async () => {
        const ended = once(child, 'message')
        child.send('end')
        return (await ended)[0]
      }
    },
    stop: () => child.disconnect(),
  }
}

export async function measure() {
  // Log-ins must cost what they cost in production.
  const { server, people, pairs } = await startWithPairs('page', pairCount, {
    BCRYPT_COST: '10',
    MAX_IMAGE_SIZE: '8000000',
  })
  const [room] = await people.pairs(1, { logIn: true })
  const uploads = await startUploads(server.url, room)
  const disturbances = {
    'at rest': () => async () => null,
    'during 10 log-ins a second': () => repeat(() => people.logIn(room.both[1]), 1000 / logInsASecond),
    'while pictures are converted': () => uploads.begin(),
  }
  await pairs.loop(warmUp, () => server.processorMs)
  await pairs.atRate(chat, () => server.processorMs)
  const series = new Series()
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, begin] of Object.entries(disturbances)) {
      const end = begin()
      const { p50, p99 } = await pairs.atRate(chat, () => server.processorMs)
      const done = await end()
      series.note(`${name}: p50 of a life, ms`, p50)
      series.note(`${name}: p99 of a life, ms`, p99)
      if (done !== null) series.note(`${name}: done meanwhile`, done)
    }
  }
  uploads.stop()
  people.close()
  await server.stop()
  return series.figures
}
