import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { WriteTurns } from '#src/live/transport/write-turns.js'

/** A stream that notes what is written to it, by system call. */
function noteWrites(): { stream: Writable; calls: string[][] } {
  const calls: string[][] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      calls.push([String(chunk)])
      done()
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)))
      done()
    },
  })
  return { stream, calls }
}

it('what is written to a stream in one turn goes out together at its end, and later things later', async () => {
  const turns = new WriteTurns()
  const [one, two] = [noteWrites(), noteWrites()]
  for (const text of ['a', 'b']) {
    turns.gather(one.stream)
    one.stream.write(text)
  }
  turns.gather(two.stream)
  two.stream.write('c')
  expect([one.calls, two.calls]).toEqual([[], []])
  await nextTurn()
  expect([one.calls, two.calls]).toEqual([[['a', 'b']], [['c']]])
  turns.gather(one.stream)
  one.stream.write('d')
  await nextTurn()
  expect(one.calls).toEqual([['a', 'b'], ['d']])
})

it('a stream that has ended or was destroyed holds up no other', async () => {
  const turns = new WriteTurns()
  const [ended, destroyed, other] = [noteWrites(), noteWrites(), noteWrites()]
  for (const { stream } of [ended, destroyed, other]) {
    turns.gather(stream)
    stream.write('last')
  }
  ended.stream.end()
  destroyed.stream.destroy()
  await nextTurn()
  expect([ended.calls, other.calls]).toEqual([[['last']], [['last']]])
})
