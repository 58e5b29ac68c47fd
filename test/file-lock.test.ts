import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { FileLock } from '#src/file-lock.js'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-lock-'))
  path = join(folder, 'lock')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function take(): Promise<FileLock> {
  const lock = (await FileLock.take(path)) ?? expect.fail('another holds the lock')
  onTestFinished(() => lock.release())
  return lock
}

const holderOf = async (): Promise<Record<string, unknown>> => JSON.parse(await readFile(path, 'utf8'))
/** A lock that a process left which cannot be looked up: only its beat would show that it lives. */
const leftover = JSON.stringify({ token: 'left', pid: 1, place: 'another boot', startedAt: '1' })
const theirs = JSON.stringify({ token: 'theirs', pid: 1, place: 'another container', startedAt: '1' })

it('is held by one, and free again when that one gives it back', async () => {
  const first = await take()
  expect(await first.isHeld()).toBe(true)
  expect(await FileLock.take(path)).toBeNull()
  await first.release()
  expect([await first.isHeld(), await readdir(folder)]).toEqual([false, []])
  expect(await (await take()).isHeld()).toBe(true)
})

it('names its process by id and start, and is for its owner alone to read', async () => {
  await take()
  const { token, pid, place, startedAt } = await holderOf()
  expect(pid).toBe(process.pid)
  expect(token).toMatch(/^[0-9a-f-]{36}$/)
  if (process.platform === 'linux') {
    expect(place).toMatch(/^[0-9a-f-]{36} pid:\[\d+\]$/)
    expect(startedAt).toMatch(/^\d+$/)
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('beats every second for as long as it is held', async () => {
  const lock = await take()
  await utimes(path, 1, 1)
  await vi.waitFor(async () => expect((await stat(path)).mtimeMs).toBeGreaterThan(1000), { timeout: 3000 })
  await lock.release()
  await writeFile(path, leftover)
  await utimes(path, 1, 1)
  await pause(1500)
  expect((await stat(path)).mtimeMs).toBe(1000)
})

it.runIf(process.platform === 'linux')('is taken at once from a process of this machine that is over', async () => {
  const lock = await take()
  const holder = await holderOf()
  await lock.release()
  // This process by its id, but begun at another time: the id was used again.
  await writeFile(path, JSON.stringify({ ...holder, token: 'left', startedAt: '1' }))
  const from = performance.now()
  await take()
  expect(performance.now() - from).toBeLessThan(2000)
})

it.each([
  ['that nobody keeps alive', leftover],
  ['that was half written', '{"tok'],
  ['of another form', '{"token":1}'],
])('is taken after four seconds from a lock %s', async (_what, text) => {
  await writeFile(path, text)
  const from = performance.now()
  expect(await (await take()).isHeld()).toBe(true)
  expect(performance.now() - from).toBeGreaterThan(3900)
})

it('is taken from a socket, by which an earlier version held the folder', async () => {
  const server = createServer().listen(path)
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  expect(await (await take()).isHeld()).toBe(true)
})

it('is left to a holder elsewhere that beats', async () => {
  await writeFile(path, theirs)
  const beat = setInterval(() => void utimes(path, new Date(), new Date()), 300)
  onTestFinished(() => clearInterval(beat))
  expect(await FileLock.take(path)).toBeNull()
  expect(await readFile(path, 'utf8')).toBe(theirs)
})

it('is left to whoever replaced it a moment after it was taken from a leftover', async () => {
  await writeFile(path, leftover)
  const taking = FileLock.take(path)
  await vi.waitFor(async () => expect(await holderOf()).toMatchObject({ pid: process.pid }), {
    timeout: 8000,
    interval: 10,
  })
  await writeFile(path, theirs)
  expect(await taking).toBeNull()
  expect(await readFile(path, 'utf8')).toBe(theirs)
})

it('is left to whoever replaced a leftover while that was watched', async () => {
  await writeFile(path, leftover)
  const taking = FileLock.take(path)
  await pause(2000)
  const time = (await stat(path)).mtime
  await writeFile(path, theirs)
  await utimes(path, time, time)
  expect(await taking).toBeNull()
  expect(await readFile(path, 'utf8')).toBe(theirs)
})

it('is taken again by who holds it when its file is gone: when it is asked for, or with the next beat', async () => {
  const lock = await take()
  const holder = await holderOf()
  await rm(path)
  expect(await Promise.all([lock.hold(), lock.hold()])).toEqual([true, true])
  expect(await holderOf()).toEqual(holder)
  await rm(path)
  await vi.waitFor(async () => expect(await holderOf()).toEqual(holder), { timeout: 5000 })
  expect(await FileLock.take(path)).toBeNull()
})

it.each([
  ['was emptied', () => writeFile(path, '')],
  ['was overwritten with something else', () => writeFile(path, 'garbage')],
  ['was replaced by a link that leads nowhere', () => rm(path).then(() => symlink(join(folder, 'nowhere'), path))],
])('is taken again by who holds it where its file %s', async (_what, spoil) => {
  const lock = await take()
  const holder = await holderOf()
  await spoil()
  expect(await Promise.all([lock.hold(), lock.hold()])).toEqual([true, true])
  expect(await holderOf()).toEqual(holder)
  expect(await FileLock.take(path)).toBeNull()
})

it('is left to another that writes its lock at that moment', async () => {
  const lock = await take()
  await writeFile(path, '')
  const held = lock.hold()
  await pause(100)
  await writeFile(path, theirs)
  expect(await held).toBe(false)
  expect(await readFile(path, 'utf8')).toBe(theirs)
})

it('is given back in peace where a folder stands in its place', async () => {
  const lock = await take()
  await rm(path)
  await mkdir(path)
  await expect(lock.hold()).rejects.toMatchObject({ code: 'EISDIR' })
  await lock.release()
  expect(await readdir(folder)).toEqual(['lock'])
})

it('is not taken back from another', async () => {
  const lock = await take()
  await writeFile(path, theirs)
  expect(await lock.hold()).toBe(false)
  expect(await readFile(path, 'utf8')).toBe(theirs)
})

it('is not taken again once it was given back', async () => {
  const lock = await take()
  await rm(path)
  await lock.release()
  await pause(1500)
  expect(await readdir(folder)).toEqual([])
})

it('says as the system does why it cannot be taken again', async () => {
  const lock = await take()
  await rm(folder, { recursive: true })
  await expect(lock.hold()).rejects.toMatchObject({ code: 'ENOENT' })
})

it('is not given back over the lock of another', async () => {
  const lock = await take()
  await writeFile(path, theirs)
  expect(await lock.isHeld()).toBe(false)
  await lock.release()
  expect(await readFile(path, 'utf8')).toBe(theirs)
})

it('says as the system does why it cannot be written', async () => {
  await expect(FileLock.take(join(folder, 'nowhere', 'lock'))).rejects.toMatchObject({ code: 'ENOENT' })
})
