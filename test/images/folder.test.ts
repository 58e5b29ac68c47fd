import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const program = join(import.meta.dirname, '..', '..', 'dist', 'main.js')
const leftover = 'AbCdEfGhIjKlMnOpQrStUv.sealed'
let folder = ''
let running: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-folder-'))
})
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  running = []
  await rm(folder, { recursive: true, force: true })
})

/** Starts a server on the folder; the answer comes when it serves or has ended. */
async function start(): Promise<{ child: ChildProcess; said: () => string; code: number | null }> {
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', NODE_ENV: 'test', UPLOAD_DIR: folder, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let output = ''
  const serves = new Promise<void>(resolve => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output += chunk
        if (output.includes('Keeps messages')) resolve()
      })
    }
  })
  await Promise.race([serves, once(child, 'close')])
  return { child, said: () => output, code: child.exitCode }
}

test('what an earlier server left goes; what is not ours stays and is named in the log', async () => {
  await writeFile(join(folder, leftover), 'sealed')
  await writeFile(join(folder, 'family.jpg'), 'mine')
  const { said } = await start()
  expect(await readdir(folder)).not.toContain(leftover)
  expect(await readFile(join(folder, 'family.jpg'), 'utf8')).toBe('mine')
  // The log and what the server says at its start come by two pipes.
  await vi.waitFor(() => expect(said()).toContain('family.jpg'))
})

test('a second server on the same folder stops, and touches nothing', async () => {
  await start()
  await writeFile(join(folder, leftover), 'of the first')
  const { said, code } = await start()
  expect(code).toBe(1)
  expect(said()).toContain('another server is using this folder')
  expect(await readdir(folder)).toContain(leftover)
})

test('a crash does not keep the next server from starting', async () => {
  const { child } = await start()
  child.kill('SIGKILL')
  await once(child, 'close')
  const { code } = await start()
  expect(code).toBeNull()
})

test('a server that stops leaves the folder free and empty', async () => {
  const { child } = await start()
  child.kill('SIGTERM')
  await once(child, 'close')
  expect(await readdir(folder)).toEqual([])
})
