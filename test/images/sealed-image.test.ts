import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SealedImage } from '#src/images/sealed-image.js'
import { UploadFolder } from '#src/images/upload-folder.js'
import { createLog } from '#src/ops/log.js'

/** Every random value that was made, by its length in bytes. */
const made = vi.hoisted(() => new Map<number, Buffer[]>())
vi.mock('node:crypto', async importOriginal => {
  const crypto = await importOriginal<typeof import('node:crypto')>()
  const randomBytes = (size: number) => {
    const bytes = crypto.randomBytes(size)
    made.set(size, [...(made.get(size) ?? []), bytes])
    return bytes
  }
  return { ...crypto, randomBytes, default: { ...crypto, randomBytes } }
})

let path = ''
let folder: UploadFolder
beforeEach(async () => {
  made.clear()
  path = await mkdtemp(join(tmpdir(), 'ephemeral-chat-sealed-'))
  folder = new UploadFolder(path, createLog('silent'))
  await folder.open()
})
afterEach(async () => {
  await folder.close()
  await rm(path, { recursive: true, force: true })
})

/** Longer than one read, so that it comes in parts. */
const picture = () => Buffer.from('picture '.repeat(5000))
const fileOf = async () => join(path, (await readdir(path)).find(name => name.endsWith('.sealed')) ?? '')

it('comes back as it was, as often as it is asked for', async () => {
  const sealed = await SealedImage.seal(picture(), folder)
  for (let times = 0; times < 2; times++) expect(await buffer(await sealed.open('bob'))).toEqual(picture())
})

it('stands on the disk as nothing that could be read, and overwrites what it was given', async () => {
  const given = picture()
  await SealedImage.seal(given, folder)
  expect(given.every(byte => byte === 0)).toBe(true)
  const stored = await readFile(await fileOf())
  expect(stored).toHaveLength(picture().length)
  expect(stored.includes('picture')).toBe(false)
})

it('has a key and an initialisation vector of its own', async () => {
  await SealedImage.seal(picture(), folder)
  await SealedImage.seal(picture(), folder)
  for (const size of [32, 12]) {
    const [first, second, ...more] = made.get(size) ?? []
    expect([first?.length, second?.length, more.length]).toEqual([size, size, 0])
    expect(first).not.toEqual(second)
  }
})

it('overwrites its key when it goes, and its file is gone with it', async () => {
  const sealed = await SealedImage.seal(picture(), folder)
  const [key] = made.get(32) ?? []
  expect(key?.some(byte => byte !== 0)).toBe(true)
  const gone = sealed.destroy()
  // Before anything else: the file may be slow to go, or may not go at all.
  expect(key).toEqual(Buffer.alloc(32))
  await gone
  expect((await readdir(path)).filter(name => name.endsWith('.sealed'))).toEqual([])
  await expect(sealed.open('bob')).rejects.toMatchObject({ code: 'not_found' })
})

it('overwrites its key though its file cannot be removed', async () => {
  const sealed = await SealedImage.seal(picture(), folder)
  const [key] = made.get(32) ?? []
  await rm(await fileOf())
  await sealed.destroy()
  expect(key).toEqual(Buffer.alloc(32))
})

it('cuts whoever reads it when it goes', async () => {
  const sealed = await SealedImage.seal(picture(), folder)
  const reading = await sealed.open('bob')
  await sealed.destroy()
  await expect(buffer(reading)).rejects.toMatchObject({ code: 'ABORT_ERR' })
})

it.each(['changed', 'shortened'])('breaks off at its end when its file was %s', async how => {
  const sealed = await SealedImage.seal(picture(), folder)
  const file = await fileOf()
  const stored = await readFile(file)
  if (how === 'changed') stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1
  await writeFile(file, how === 'changed' ? stored : stored.subarray(0, -1))
  await expect(buffer(await sealed.open('bob'))).rejects.toThrow()
})
