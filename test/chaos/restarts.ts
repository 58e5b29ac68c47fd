import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { phonePhoto } from '../support/images/pictures.js'
import { uploadPicture } from '../support/images/sent-pictures.js'
import { rawConnection } from '../support/raw-request.js'
import { withChats } from './chats.js'
import type { Chatter } from './chatters.js'
import { type Fault, unless } from './fault.js'
import { goOn } from './recovery.js'
import { onStage } from './stage.js'

/** Whoever stops a service kills it after this long. Source: https://docs.docker.com/reference/cli/docker/container/stop/ */
const stopMs = 10_000

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
        const whole = await uploadPicture(ann.client, chat, photo)
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
