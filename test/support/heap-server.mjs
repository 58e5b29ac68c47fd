/**
 * The real server, which searches its own memory on request. Run as a child; `findInHeap` asks it. Markers to search for come
 * reversed, so that the request itself does not put them into the heap; those of bytes are Latin-1.
 */
import { once } from 'node:events'
import { Session } from 'node:inspector'
import { getHeapSnapshot } from 'node:v8'
import { collectGarbage } from './garbage-collection.mjs'
import '#src/main.js'

/** A marker that every scan must find, as proof that it has searched. */
globalThis.control = Buffer.from(process.env.HEAP_CONTROL)

const session = new Session()
session.connect()

const post = (method, params) =>
  new Promise((resolve, reject) =>
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))),
  )

/** Called through the inspector with an array of buffers as `this`: which of the reversed markers one of them holds. */
function findInBuffers(reversed) {
  const found = new Set()
  for (const each of this) {
    const buffer = ArrayBuffer.isView(each) ? each.buffer : each
    // A prototype has no buffer, and a transferred one is empty.
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) continue
    const bytes = Buffer.from(buffer)
    for (const word of reversed) if (bytes.includes([...word].reverse().join(''), 0, 'latin1')) found.add(word)
  }
  return [...found]
}

/** Searches every live ArrayBuffer and every live view: a small view has no ArrayBuffer until it is asked for one. */
async function scanBuffers(reversed) {
  const found = new Set()
  for (const expression of ['ArrayBuffer.prototype', 'Object.getPrototypeOf(Uint8Array.prototype)']) {
    const { result } = await post('Runtime.evaluate', { expression, objectGroup: 'scan' })
    const { objects } = await post('Runtime.queryObjects', { prototypeObjectId: result.objectId, objectGroup: 'scan' })
    const answer = await post('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: findInBuffers.toString(),
      arguments: [{ value: reversed }],
      returnByValue: true,
    })
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception.description)
    for (const word of answer.result.value) found.add(word)
    await post('Runtime.releaseObjectGroup', { objectGroup: 'scan' })
  }
  return found
}

/** Searches a heap snapshot. V8 writes the first 1,024 characters of every string into it. */
async function scanHeap(reversed) {
  const words = reversed.map(word => [word, Buffer.from(word, 'latin1').reverse()])
  const found = new Set()
  let rest = Buffer.alloc(0)
  const snapshot = getHeapSnapshot()
  snapshot.on('data', chunk => {
    const bytes = Buffer.concat([rest, chunk])
    for (const [word, marker] of words) if (bytes.includes(marker)) found.add(word)
    rest = bytes.subarray(Math.max(0, bytes.length - 256))
  })
  await once(snapshot, 'end')
  return found
}

process.on('message', async reversed => {
  collectGarbage()
  // The heap comes last: searching it makes buffers that hold the markers.
  const buffers = await scanBuffers(reversed)
  const heap = await scanHeap(reversed)
  process.send(reversed.map(word => [heap.has(word) && 'heap', buffers.has(word) && 'buffer'].filter(Boolean)))
})
