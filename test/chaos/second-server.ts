import { type Fault, unless } from './fault.js'
import { lastWordsOf } from './last-words.js'
import { hurtWhileChatting } from './trial.js'

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
