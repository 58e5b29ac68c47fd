/**
 * For `node --import` in a server that a test starts: answers each message of the test with the process's resident bytes after a
 * full collection, so that what it holds is measured and not how long V8 waits.
 */
import { collectGarbage } from './garbage-collection.mjs'

process.on('message', () => {
  collectGarbage()
  // Gives back the empty pages that Node 24 would keep for later.
  collectGarbage({ type: 'major', flavor: 'last-resort' })
  process.send(process.memoryUsage.rss())
})
process.channel.unref()
