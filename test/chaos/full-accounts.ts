import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { onSmallDisk } from '../support/leftovers.js'
import { fillDisk } from './ballast.js'
import { type Fault, unless } from './fault.js'
import { register } from './registrations.js'
import { hurtWhileChatting } from './trial.js'

const kilobytes = 256

export const fullAccounts: Fault = {
  name: 'disk of the accounts is full',
  isShort: true,
  takesS: 10,
  run: () =>
    onSmallDisk('accounts', kilobytes, disk =>
      hurtWhileChatting({ init: { accounts: disk } }, async stage => {
        const empty = fillDisk(disk)
        const refused = await register(stage.url)
        await delay(1000)
        empty()
        const taken = await register(stage.url)
        const stored = await readFile(stage.accountsFile, 'utf8')
        const isKept = stored.includes(`"${taken.username}"`) && !stored.includes(`"${refused.username}"`)
        return {
          told: `whoever registers: ${refused.status} "${refused.title}"`,
          broken: [
            ...unless(refused.status === 503 && refused.code === 'storage_failed', `it answered ${refused.status}`),
            ...unless(taken.status === 201, `with room again it answered ${taken.status} ${taken.code}`),
            ...unless(isKept, 'the file does not hold what was answered'),
          ],
        }
      }),
    ),
}
