import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ApiClient } from '../support/api/api-client.js'
import { aliceId, bobId } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

const runner = fileURLToPath(new URL('../../scripts/example.mjs', import.meta.url))

let server: Awaited<ReturnType<typeof startTestServer>>
// Each has a server of its own: typing right after a message of the test before would be ignored.
beforeEach(async () => {
  server = await startTestServer({ RATE_LIMIT_API: '1000' })
})
afterEach(() => server.stop())

/** A running example, with its output. */
class Example {
  readonly ended: Promise<number | null>
  readonly #child: ChildProcess
  #said = ''

  constructor(name: string, email: string) {
    const env = { ...process.env, PASSWORD: 'password123' }
    this.#child = spawn(process.execPath, [runner, name, server.url, email], { env, stdio: 'pipe' })
    this.ended = new Promise(resolve => this.#child.on('exit', resolve))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', text => {
        this.#said += String(text)
      })
    }
  }

  /** Waits until its output contains a text. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => this.#said.includes(text) && resolve()
      this.#child.stdout?.on('data', check)
      this.#child.on('exit', () => reject(new Error(`It ended without "${text}":\n${this.#said}`)))
      check()
    })
  }

  types(text: string): void {
    this.#child.stdin?.write(text)
  }

  kill(): void {
    this.#child.kill()
  }
}

async function connect(email: string, otherUserId: string) {
  const api = await ApiClient.connect(server.url, email)
  const { roomId } = (await api.post('/chat/rooms', { otherUserId })).body
  return { roomId: String(roomId), socket: await ProgramSocket.open(server.url, { token: api.token }) }
}

it('runs the echo bot, which says back what it is told', async () => {
  const bot = new Example('echo-bot', 'bob@example.com')
  await bot.says('bob listens')
  const { roomId, socket } = await connect('alice@example.com', bobId)
  const { messageId } = await socket.ask({ type: 'message:send', roomId, content: 'Is anybody there?', nonce: 'echo' })
  await socket.hears('message:statusUpdated', { messageId, status: 'seen' })
  await socket.hears('message:new', { senderId: bobId, content: 'Is anybody there?' })
  bot.kill()
  await bot.ended
  socket.close()
})

it('runs the terminal client: log in, pick a person, chat, see ticks and typing', async () => {
  const terminal = new Example('terminal-chat', 'alice@example.com')
  await terminal.says('Chat with:')
  terminal.types('b\r')
  await terminal.says("There's a problem with what you entered.")
  terminal.types('nobody\r')
  await terminal.says('Nobody is called that.')
  terminal.types('bo\r')
  await terminal.says('You chat with bob.')
  const { roomId, socket } = await connect('bob@example.com', aliceId)
  await socket.ask({ type: 'room:join', roomId })

  terminal.types('Good ')
  await socket.hears('typing:indicator', { userId: aliceId, isTyping: true })
  terminal.types('morning\r')
  const { id: messageId } = await socket.hears('message:new', { content: 'Good morning' })
  await socket.ask({ type: 'message:status', roomId, messageId, status: 'seen' })
  await terminal.says('✓✓ seen')

  socket.send({ type: 'typing:start', roomId })
  await terminal.says('bob types')
  const sent = await socket.ask({ type: 'message:send', roomId, content: 'And to\u200e you', nonce: 'terminal' })
  await terminal.says('bob: And to')
  await socket.hears('message:statusUpdated', { messageId: sent.messageId, status: 'seen' })
  terminal.types('\r')
  expect(await terminal.ended).toBe(0)
  socket.close()
})
