import { mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findFile, lockFile, makeFile } from '#src/accounts/store/account-file-setup.js'

let folder = ''
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ephemeral-chat-setup-')))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('finds the file where it will be, in folders made for the owner alone, or where a link leads', async () => {
  const path = join(folder, 'new', 'folder', 'accounts.json')
  expect(await findFile(path)).toBe(path)
  for (const made of ['new', 'new/folder']) expect((await stat(join(folder, made))).mode & 0o777).toBe(0o700)
  await writeFile(path, '')
  await symlink(path, join(folder, 'link.json'))
  expect(await findFile(join(folder, 'link.json'))).toBe(path)
})

it('makes a file without accounts', async () => {
  const path = join(folder, 'accounts.json')
  await makeFile(path)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    format: 'ephemeral-chat-accounts',
    version: 1,
    accounts: [],
  })
})

it('locks it for one, beside it', async () => {
  const path = join(folder, 'accounts.json')
  const lock = await lockFile(path)
  expect((await stat(`${path}.lock`)).isFile()).toBe(true)
  await expect(lockFile(path)).rejects.toMatchObject({
    name: 'AccountFileError',
    message: `The file of accounts ${path} is in use by another server: stop that one, or name another file in ACCOUNTS_URL.`,
  })
  await lock.release()
  await (await lockFile(path)).release()
})

it('says in one sentence what cannot be made, locked or written', async () => {
  await writeFile(join(folder, 'file'), '')
  const path = join(folder, 'file', 'accounts.json')
  const refusals = [
    [() => findFile(path), `The file of accounts ${path} cannot be written (EEXIST).`],
    [() => lockFile(path), `No lock can be written at ${path}.lock (ENOTDIR).`],
    [() => makeFile(path), `The file of accounts ${path} cannot be written (ENOTDIR).`],
  ] as const
  for (const [work, message] of refusals)
    await expect(work()).rejects.toMatchObject({ name: 'AccountFileError', message })
})
