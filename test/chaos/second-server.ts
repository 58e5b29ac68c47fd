import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from '../support/server-process.js'
import { type Fault, unless } from './fault.js'
import { hurtWhileChatting } from './trial.js'

/** What a server that does not start says, beside its exit code. */
async function lastWordsOf(server: ServerProcess): Promise<{ code: number | null; words: string }> {
  const late = delay(20_000, [null], { ref: false })
  const [code = null] = await Promise.race([server.ended, late])
  server.child.kill('SIGKILL')
  return { code, words: server.output.trim() }
}

export const secondServer: Fault = {
  name: 'second server is started on the same folders',
  isShort: true,
  takesS: 10,
  run: () =>
    hurtWhileChatting({}, async stage => {
      const withAccounts = await lastWordsOf(stage.another({ UPLOAD_DIR: `${stage.uploads}-of-its-own` }))
      const withPictures = await lastWordsOf(stage.another({ ACCOUNTS_URL: 'memory:' }))
      return {
        told: `the operator: "${withAccounts.words}" "${withPictures.words}"`,
        broken: [
          ...unless(withAccounts.code === 1, `on the accounts it ended with ${withAccounts.code}`),
          ...unless(/in use by another server/.test(withAccounts.words), 'of the accounts it does not say why'),
          ...unless(withPictures.code === 1, `on the pictures it ended with ${withPictures.code}`),
          ...unless(/another server is using/.test(withPictures.words), 'of the pictures it does not say why'),
        ],
      }
    }),
}
