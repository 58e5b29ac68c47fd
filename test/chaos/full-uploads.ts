import { readdir } from 'node:fs/promises'
import { phonePhoto } from '../support/images/pictures.js'
import { uploadPicture } from '../support/images/sent-pictures.js'
import { onSmallDisk } from '../support/leftovers.js'
import { fillDisk } from './ballast.js'
import { type Fault, unless } from './fault.js'
import { hurtWhileChatting } from './trial.js'

const kilobytes = 512
const tries = 5

export const fullUploads: Fault = {
  name: 'disk of the pictures is full',
  isShort: true,
  takesS: 10,
  run: () =>
    onSmallDisk('uploads', kilobytes, disk =>
      hurtWhileChatting({ init: { uploads: disk } }, async (_stage, chats) => {
        const { people, chat } = chats.first
        const [{ client }] = people
        const photo = await phonePhoto({ width: 400, height: 300 })
        const sealed = async () => (await readdir(disk)).filter(name => name.endsWith('.sealed')).length
        const whole = await uploadPicture(client, chat, photo)
        const before = await sealed()
        const empty = fillDisk(disk)
        const refused = []
        for (let count = 0; count < tries; count += 1) refused.push(await uploadPicture(client, chat, photo))
        const left = (await sealed()) - before
        empty()
        const again = await uploadPicture(client, chat, photo)
        const [first] = refused
        const isClear = refused.every(({ status }) => status === 503 || status === 507)
        return {
          told: `whoever sends a picture: ${first?.status} ${first?.text}`,
          broken: [
            ...unless(whole.status === 201, `with room it answered ${whole.status}`),
            ...unless(isClear, `it answered ${refused.map(({ status }) => status)}`),
            ...unless(left === 0, `${tries} tries left ${left} files`),
            ...unless(again.status === 201, `with room again it answered ${again.status}`),
          ],
        }
      }),
    ),
}
