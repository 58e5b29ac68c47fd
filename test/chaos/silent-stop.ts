import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { newRoom, openProgram } from '../support/full-room.js'
import { LivePage } from '../support/live-page.js'
import { type Fault, unless } from './fault.js'
import { onStage } from './stage.js'
import { withoutChats } from './trial.js'

const seconds = 40
/** Longer than from one ping of the server to the next. */
const afterwardsMs = 20_000

/** Connections that wait as long as it takes must not hear that everybody has gone. */
export const silentStop: Fault = {
  name: `server stands still for ${seconds} s while all connections wait`,
  isShort: false,
  takesS: seconds + 25,
  run: () =>
    onStage({}, async ({ server, url }) => {
      const { chat, roomId, members } = await newRoom(url)
      const [ann, ben] = members
      const programs = await Promise.all([openProgram(url, ann), openProgram(url, ben)])
      const pages = await Promise.all(members.map(({ client }) => LivePage.open(url, client, chat)))
      const sockets = [...programs, ...pages.map(({ socket }) => socket)]
      // Presence is for those who share a room in which the other has written.
      for (const [index, socket] of programs.entries())
        socket.send(JSON.stringify({ type: 'message:send', roomId, content: 'here', nonce: `here-${index}` }))
      await Promise.all(pages.map(page => page.frame(({ text }) => text.includes('>here<'))))
      const heard: string[] = []
      for (const socket of programs) socket.on('message', data => heard.push(data.toString()))
      server.child.kill('SIGSTOP')
      await delay(seconds * 1000)
      server.child.kill('SIGCONT')
      await delay(afterwardsMs)
      const offline = heard.filter(frame => frame.startsWith('{"type":"user:offline"')).length
      const cut = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length
      for (const socket of sockets) socket.terminate()
      return withoutChats(`programs: user:offline ${offline} times; ${cut} of ${sockets.length} connections were cut`, [
        ...unless(offline === 0, `${offline} programs heard user:offline of people who were there`),
        ...unless(cut === 0, `${cut} connections were cut that had waited`),
      ])
    }),
}
