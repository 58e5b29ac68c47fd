import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { idOf, newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { noisyPicture } from '../support/images/pictures.js'
import { uploadPicture } from '../support/images/sent-pictures.js'
import { type Fault, unless } from './fault.js'
import { hurtWhileChatting } from './trial.js'

const megabytes = 2
/** One person may hold an eighth. */
const shareBytes = (megabytes * 1024 * 1024) / 8
const mostTries = 100
const patienceMs = 10_000

/** Sends a picture over and over until one is refused; resolves with that answer, and how many were taken. */
async function fillShare(client: HttpClient, chat: string, picture: Buffer) {
  for (let taken = 0; ; taken += 1) {
    const answer = await uploadPicture(client, chat, picture)
    if (answer.status !== 201 || taken === mostTries) return { answer, taken }
  }
}

async function countBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.sealed'))
  const sizes = await Promise.all(names.map(async name => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

export const fullPictures: Fault = {
  name: 'one member fills all the space that they may for pictures',
  isShort: true,
  takesS: 10,
  run: () => {
    const env = { MAX_PICTURES_MB: `${megabytes}`, MAX_IMAGE_SIZE: `${shareBytes / 2}` }
    return hurtWhileChatting({ init: { env } }, async (stage, chats) => {
      const { ann: greedy, benName, chat } = await newPair(stage.url)
      const picture = await noisyPicture('png', { width: 200, height: 150 })
      const { answer, taken } = await fillShare(greedy, chat, picture)
      const held = await countBytes(stage.uploads)
      const { people, chat: chatOfOthers } = chats.first
      const ofOther = await uploadPicture(people[0].client, chatOfOthers, picture)
      await greedy.post(`${chat}/end`, {}, `${chat}/end`)
      const anew = await greedy.openChat(await idOf(greedy, benName))
      let again = await uploadPicture(greedy, anew, picture)
      for (const until = Date.now() + patienceMs; again.status !== 201 && Date.now() < until; ) {
        await delay(100)
        again = await uploadPicture(greedy, anew, picture)
      }
      return {
        told: `whoever sends a picture, after ${taken}: ${answer.status} ${answer.text}`,
        broken: [
          ...unless(taken > 1, `none was taken: ${answer.status}`),
          ...unless(answer.status === 507, `the one too much was answered with ${answer.status}`),
          ...unless(held <= shareBytes, `they hold ${held} bytes, and ${shareBytes} are their share`),
          ...unless(ofOther.status === 201, `a picture of somebody else was answered with ${ofOther.status}`),
          ...unless(again.status === 201, `once theirs were gone, one was answered with ${again.status}`),
        ],
      }
    })
  },
}
