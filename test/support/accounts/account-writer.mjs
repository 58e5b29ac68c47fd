/**
 * Changes accounts in a file until it is killed, and prints each change once the store has confirmed it.
 * Run as: node account-writer.mjs FILE ROUND
 */
import { newAccount } from '#src/accounts/account.js'
import { FileAccountStore } from '#src/accounts/store/file-store.js'
import { SystemClock } from '#src/ops/system-clock.js'

const [, , file, round] = process.argv
const clock = new SystemClock(() => {})
const store = await FileAccountStore.open(file, { clock, onError: error => console.error(error) })
const say = line => process.stdout.write(`${line}\n`)
const person = name => {
  const id = `${round}-${name}`
  return newAccount({ id, username: id, email: `${id}@example.com`, passwordHash: 'x'.repeat(60), createdAt: 0 })
}

async function change(worker) {
  for (let n = 0; ; n++) {
    const account = person(`${worker}-${n}`)
    await store.add(account)
    say(`added ${account.id}`)
    await store.update(account.id, { passwordHash: 'y'.repeat(60) })
    say(`changed ${account.id}`)
    if (n % 3 === 0) {
      say(`removing ${account.id}`)
      await store.remove(account.id)
      say(`removed ${account.id}`)
    }
  }
}

// The store's timers do not keep the process alive.
setInterval(() => {}, 1000)
say('ready')
// Many at once, because the store pauses after each write.
await Promise.all([...'abcdefghijkl'].map(change))
