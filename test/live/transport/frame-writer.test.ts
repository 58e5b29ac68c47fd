import { once } from 'node:events'
import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { FrameWriter } from '#src/live/transport/frame-writer.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'

/** A writer on a stream that notes what is written to it, by system call. */
function start() {
  const calls: Buffer[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      calls.push(chunk)
      done()
    },
  })
  const state: { readyState: 0 | 1 | 2 | 3; OPEN: 1; bufferedAmount: number; send(): void; terminate(): void } = {
    ...{ readyState: 1, OPEN: 1, bufferedAmount: 0 },
    ...{ send() {}, terminate() {} },
  }
  const writer = new FrameWriter(state, stream, new WriteTurns())
  const taken: { texts: number; bytes: number }[] = []
  const onTaken = (texts: number, bytes: number) => void taken.push({ texts, bytes })
  const write = (text: string) => writer.send(text, Buffer.byteLength(text), undefined, onTaken)
  return { writer, state, calls, taken, write }
}

/** What a client reads of texts that are written to its socket in one turn. */
async function readBy(texts: readonly string[]): Promise<string[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  const peer = new WebSocket(`ws://127.0.0.1:${address.port}`)
  const read: string[] = []
  peer.on('message', (data, isBinary) => read.push(isBinary ? 'binary' : String(data)))
  const [[socket, request]] = await Promise.all([once(server, 'connection'), once(peer, 'open')])
  const writer = new FrameWriter(socket, request.socket, new WriteTurns())
  for (const text of texts) writer.send(text, Buffer.byteLength(text), undefined, () => {})
  await expect.poll(() => read.length).toBe(texts.length)
  peer.terminate()
  server.close()
  return read
}

describe('messages of a socket', () => {
  it('go out at the end of a turn, in one write, and are told of as taken', async () => {
    const { calls, taken, write, writer } = start()
    write('one')
    write('two')
    expect([calls, taken, writer.bufferedBytes]).toEqual([[], [], 2 * (2 + 3)])
    await nextTurn()
    await nextTurn()
    expect([calls.length, taken, writer.bufferedBytes]).toEqual([1, [{ texts: 2, bytes: 6 }], 0])
    write('three')
    await nextTurn()
    await nextTurn()
    expect([calls.length, taken]).toEqual([
      2,
      [
        { texts: 2, bytes: 6 },
        { texts: 1, bytes: 5 },
      ],
    ])
  })

  it.each([0, 1, 125, 126, 65_535, 65_536])('are read as they were written, with %i characters', async length => {
    const texts = ['a'.repeat(length), 'ä'.repeat(length), `${'a'.repeat(length)}\u{1f600}`]
    expect(await readBy(texts)).toEqual(texts)
  })

  it('have half a surrogate pair replaced, as everywhere in UTF-8', async () => {
    expect(await readBy(['a\ud83d', 'b'])).toEqual(['a\ufffd', 'b'])
  })

  it('can be handed over before the turn ends, and then not again', async () => {
    const { calls, write, writer } = start()
    write('one')
    writer.flush()
    expect(calls).toHaveLength(1)
    await nextTurn()
    expect(calls).toHaveLength(1)
  })

  it('come no more once the socket closes, after whose last frame nothing may come', async () => {
    const { calls, state, write, writer } = start()
    write('one')
    state.readyState = 2
    await nextTurn()
    expect([calls, writer.bufferedBytes]).toEqual([[], 0])
  })
})
