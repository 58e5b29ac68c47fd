import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { idOf } from '../support/crowd.js'
import { phonePhoto } from '../support/images/pictures.js'
import { rawConnection } from '../support/raw-request.js'
import { Chats, withChats } from './chats.js'
import type { Chatter, ChattingPair } from './chatters.js'
import { brokenBy, type Fault, type Finding, unless } from './fault.js'
import { postPicture } from './picture-posts.js'
import { onStage, type Stage } from './stage.js'

/** Whoever stops a service kills it after this long. Source: https://docs.docker.com/reference/cli/docker/container/stop/ */
const stopMs = 10_000
const tellMs = 20_000
const latestMs = 15_000
const restarted = 'The server restarted, so earlier messages are gone.'

/** Waits until somebody's page has led to the log-in, or their program was told that the room is not there. */
async function untilTold({ voice }: Chatter): Promise<boolean> {
  for (const until = Date.now() + tellMs; !voice.isGone && Date.now() < until; ) await delay(50)
  return voice.isGone
}

/** Has the chats of a server that was ended begin anew on one that was started in its place, and counts both. */
async function goOn(stage: Stage, before: Chats): Promise<Finding> {
  await before.hush()
  const told = await Promise.all(before.people.map(untilTold))
  const erased = before.count()
  before.leave()
  let sentences = 0
  const reopen = async ({ people, chat }: ChattingPair): Promise<string> => {
    const pages: string[] = []
    for (const { client, name } of people) {
      await client.logIn(`${name}@example.com`, 'long enough 1')
      pages.push(await (await client.get(chat)).text())
    }
    sentences += pages.filter(html => html.includes(restarted)).length
    const [ann, ben] = people
    const anew = await ann.client.openChat(await idOf(ann.client, ben.name))
    await ben.client.get(anew)
    return anew
  }
  const chats = await Chats.anew(stage.url, before, reopen)
  try {
    chats.talk(300)
    await delay(1500)
    const tally = await chats.quiet(latestMs)
    const old = new Set(before.people.flatMap(({ written }) => [...written.keys()]))
    const back = chats.people.flatMap(({ voice }) => [...voice.shownAs.keys()]).filter(text => old.has(text))
    const untold = told.filter(isTold => !isTold).length
    const doubled = tally.doubled + erased.doubled
    // A program is told by a code, and its person has shown no page.
    const readers = before.people.filter(({ kind }) => kind !== 'program').length
    return {
      ...tally,
      sent: erased.sent + tally.sent,
      doubled,
      told: `${before.told()}; "${restarted}" ${sentences} times`,
      broken: [
        ...brokenBy({ ...tally, doubled }, latestMs),
        ...unless(untold === 0, `${untold} of ${told.length} people were not told within ${tellMs / 1000} s`),
        ...unless(sentences >= readers, `${readers - sentences} people did not read why the chat is gone`),
        ...unless(back.length === 0, `${back.length} erased messages came back`),
      ],
    }
  } finally {
    chats.leave()
  }
}

/** Sends the first half of a picture, and no more. `ended` resolves once that connection has ended. */
async function beginUpload(url: string, { client }: Chatter, chat: string, photo: Buffer) {
  const token = await client.token(chat)
  const part = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
  const head = [
    `POST ${chat}/images HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    `Cookie: ${client.cookieHeader}`,
    `csrf-token: ${token}`,
    'Content-Type: multipart/form-data; boundary=b',
    `Content-Length: ${part.length + photo.length + 9}`,
  ]
  const socket = await rawConnection(url)
  socket.resume()
  socket.write(`${head.join('\r\n')}\r\n\r\n${part}`)
  socket.write(photo.subarray(0, photo.length / 2))
  return { ended: once(socket, 'close') }
}

const endedInUpload: Fault = {
  name: 'server is ended during an upload (SIGTERM)',
  isShort: true,
  takesS: 20,
  run: () =>
    onStage({}, stage =>
      withChats(stage.url, {}, async chats => {
        const { people, chat } = chats.first
        const [ann] = people
        const photo = await phonePhoto({ width: 800, height: 600 })
        const whole = await postPicture(ann.client, chat, photo)
        chats.talk(300)
        const upload = await beginUpload(stage.url, ann, chat, photo)
        await delay(1000)
        const at = Date.now()
        stage.server.child.kill('SIGTERM')
        const [code] = await stage.server.ended
        const tookMs = Date.now() - at
        await upload.ended
        const files = await readdir(stage.uploads)
        await stage.restart()
        const finding = await goOn(stage, chats)
        const broken = [
          ...unless(whole.status === 201, `a whole picture was refused with ${whole.status}`),
          ...unless(code === 0 && tookMs < stopMs, `it ended with ${code} after ${tookMs} ms`),
          ...unless(files.length === 0, `${files.length} files stayed in the folder of pictures`),
        ]
        return { ...finding, broken: [...finding.broken, ...broken] }
      }),
    ),
}

const killed: Fault = {
  name: 'server is killed (SIGKILL) and started again',
  isShort: true,
  takesS: 20,
  run: () =>
    onStage({}, stage =>
      withChats(stage.url, {}, async chats => {
        chats.talk(300)
        await delay(1500)
        stage.server.child.kill('SIGKILL')
        await stage.restart()
        return goOn(stage, chats)
      }),
    ),
}

export const restarts: readonly Fault[] = [endedInUpload, killed]
