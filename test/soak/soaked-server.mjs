/**
 * The real server, which says on request what it holds after a collection: memory, what keeps it running, listeners, and
 * sessions. Run as a child by soak.ts.
 */
import { EventEmitter } from 'node:events'
import { Session } from 'node:inspector/promises'
import { setTimeout as pause } from 'node:timers/promises'
import expressSession from 'express-session'
import { collectGarbage } from '../support/garbage-collection.mjs'
import '#src/main.js'

/** What the inspector finds by its name. */
globalThis.soaked = { emitters: EventEmitter.prototype, stores: expressSession.Store.prototype }

const session = new Session()
session.connect()

/** Called through the inspector with an array of emitters as `this`. */
function countListeners() {
  const lists = this.flatMap(emitter => Object.values(Object.getOwnPropertyDescriptor(emitter, '_events')?.value ?? {}))
  return lists.reduce((sum, list) => sum + (Array.isArray(list) ? list.length : 1), 0)
}

/** Called through the inspector with an array of session stores as `this`. */
function countSessions() {
  return this.reduce((sum, store) => sum + (Object.getOwnPropertyDescriptor(store, 'store')?.value?.itemCount ?? 0), 0)
}

/** Counts something over all live objects that have this prototype. */
async function count(name, counting) {
  const { result } = await session.post('Runtime.evaluate', { expression: `soaked.${name}`, objectGroup: 'soaked' })
  const found = { prototypeObjectId: result.objectId, objectGroup: 'soaked' }
  const { objects } = await session.post('Runtime.queryObjects', found)
  const functionDeclaration = counting.toString()
  const call = { objectId: objects.objectId, functionDeclaration, returnByValue: true }
  const answer = await session.post('Runtime.callFunctionOn', call)
  await session.post('Runtime.releaseObjectGroup', { objectGroup: 'soaked' })
  if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception.description)
  return answer.result.value
}

process.on('message', async () => {
  const listeners = await count('emitters', countListeners)
  const sessions = await count('stores', countSessions)
  for (let time = 0; time < 3; time += 1) {
    collectGarbage()
    // Gives back the empty pages that Node 24 would keep for later.
    collectGarbage({ type: 'major', flavor: 'last-resort' })
    await pause(100)
  }
  const { rss, heapUsed } = process.memoryUsage()
  process.send({ rss, heapUsed, listeners, sessions, resources: process.getActiveResourcesInfo() })
})
