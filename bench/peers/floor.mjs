/**
 * The least server that moves the same frames: for each frame of one of a pair, it writes to both what the product wrote to
 * them, in number and length. FRAMES says how long: for each kind of frame, the lengths to who sent the message (`own`)
 * and to who reads it (`other`).
 */
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const kindOf = { s: 'send', d: 'delivered', v: 'seen' }
/** The letter that begins a frame to each of the two; `x` says nothing to the client. */
const letters = { send: { own: 'x', other: 'N' }, delivered: { own: 'D', other: 'x' }, seen: { own: 'V', other: 'x' } }
const frames = JSON.parse(process.env.FRAMES)
for (const [kind, sides] of Object.entries(frames)) {
  for (const [side, lengths] of Object.entries(sides)) {
    // The letter stands in the last frame of several, as the product's answer comes before what it says of the message.
    sides[side] = lengths.map((length, index) => ({
      letter: index === lengths.length - 1 ? letters[kind][side] : 'x',
      filler: 'x'.repeat(Math.max(0, length - 9)),
    }))
  }
}

const waiting = new Map()
const http = createServer()
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket, { url }) => {
  const other = waiting.get(url)
  if (!other) {
    waiting.set(url, socket)
    return
  }
  waiting.delete(url)
  join(socket, other)
  join(other, socket)
})

function join(socket, other) {
  socket.on('message', data => {
    const text = data.latin1Slice(0, 9)
    const kind = kindOf[text[0]]
    const id = text.slice(1)
    const [own, reader] = kind === 'send' ? [socket, other] : [other, socket]
    for (const { letter, filler } of frames[kind].own) own.send(letter + id + filler)
    for (const { letter, filler } of frames[kind].other) reader.send(letter + id + filler)
  })
}

http.listen(0, '127.0.0.1', () => console.log(`serves http://127.0.0.1:${http.address().port}`))
