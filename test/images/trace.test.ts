import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type FSWatcher, watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { spawnServer } from '../../scripts/own-server.mjs'
import { bobId, HttpClient } from '../support/http-client.js'
import { InspectedProcess } from '../support/images/inspected-process.js'
import { picturesOf } from '../support/images/picture-server.js'
import { phonePhoto } from '../support/images/pictures.js'
import { sendPicture } from '../support/images/sent-pictures.js'

const lifeMs = 6000
let scratch = ''
let server: ChildProcess
let inspected: InspectedProcess
let url = ''
let output = ''
/** Every file that was in the server's folders, however briefly. */
const seen = new Set<string>()
let watchers: FSWatcher[] = []

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ephemeral-chat-trace-'))
  await Promise.all(['uploads', 'temporary'].map(name => mkdir(join(scratch, name))))
  watchers = ['.', 'uploads', 'temporary'].map(folder =>
    watch(join(scratch, folder), (_event, name) => void seen.add(join(folder, name ?? ''))),
  )
  server = spawnServer({
    program: 'dist/main.js',
    folder: scratch,
    flags: ['--inspect=0'],
    env: {
      TMPDIR: join(scratch, 'temporary'),
      PORT: '0',
      NODE_ENV: 'test',
      LOG_LEVEL: 'trace',
      IMAGE_TTL_MS: String(lifeMs),
      MAX_IMAGE_SIZE: '20000000',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const isReady = new Promise<void>(resolve => {
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        if (output.includes('Keeps messages')) resolve()
      })
    }
  })
  await isReady
  url = /serves (\S+)/.exec(output)?.[1] ?? ''
  inspected = await InspectedProcess.connect(/ws:\S+/.exec(output)?.[0] ?? '')
})
afterAll(async () => {
  inspected.close()
  for (const watcher of watchers) watcher.close()
  server.kill('SIGKILL')
  await once(server, 'close')
  await rm(scratch, { recursive: true, force: true })
})

/** The content of all files in the server's folders, joined. */
async function onDisk(): Promise<Buffer> {
  const entries = await readdir(scratch, { withFileTypes: true, recursive: true })
  const files = entries.filter(entry => entry.isFile())
  // One that goes before it is read holds nothing.
  const bytes = files.map(entry => readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0)))
  return Buffer.concat(await Promise.all(bytes))
}

test('a picture leaves no trace: on disk at no time; in no log; after its time in no string and no live Buffer', async () => {
  const note = `note-${Date.now()}-of-the-maker`
  const alt = `description-${Date.now()}-of-the-sender`
  const photo = await phonePhoto({ width: 2000, height: 1500 }, note)
  const [alice, bob] = [new HttpClient(url), new HttpClient(url)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)

  expect((await sendPicture(alice, chat, { bytes: photo, name: 'secret-file-name.jpg' }, { alt })).status).toBe(303)
  const sentAt = Date.now()
  const [address = ''] = await picturesOf(bob, chat)
  const served = Buffer.from(await (await bob.get(address)).arrayBuffer())

  const marks = [
    ...[0.1, 0.5, 0.9].map(share => photo.subarray(Math.floor(photo.length * share)).subarray(0, 24)),
    ...[0.1, 0.5, 0.9].map(share => served.subarray(Math.floor(served.length * share)).subarray(0, 24)),
  ]
  const texts = [note, alt, 'secret-file-name', address.split('/').at(-1) ?? '']
  expect(await inspected.findTexts(texts)).toContain(alt)

  while (Date.now() < sentAt + lifeMs + 250) {
    const disk = await onDisk()
    expect(marks.filter(mark => disk.includes(mark))).toEqual([])
    expect(texts.filter(text => disk.includes(text))).toEqual([])
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  expect((await bob.get(address)).status).toBe(404)
  await inspected.hold(marks[0] ?? null)
  expect(await inspected.countBuffersWith(marks)).toBe(1)
  await inspected.hold(null)
  expect(await inspected.countBuffersWith(marks)).toBe(0)
  // The address was asked for a moment ago; what was in the picture was not.
  expect(await inspected.findTexts([note, alt, 'secret-file-name'])).toEqual([])
  expect(texts.filter(text => output.includes(text))).toEqual([])
  // Nothing came and went while nobody looked: the lock of the folder, and sealed pictures.
  const foreign = [...seen].filter(name => !/^uploads(\/([\w-]{22}\.sealed|\.in-use))?$/.test(name))
  expect(foreign).toEqual([])
  expect([...seen].filter(name => name.endsWith('.sealed'))).toHaveLength(1)
  expect(await readdir(join(scratch, 'temporary'))).toEqual([])
  await expect
    .poll(async () => (await readdir(join(scratch, 'uploads'))).filter(name => name.endsWith('.sealed')))
    .toEqual([])
})
