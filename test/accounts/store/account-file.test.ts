import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { readAccountFile, removeLeftovers, writeAccountFile } from '#src/accounts/store/account-file.js'
import { deviceOf } from '../../support/push/devices.js'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-file-'))
  path = join(folder, 'accounts.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function person(name: string) {
  return newAccount({ id: name, username: name, email: `${name}@example.com`, passwordHash: 'hash', createdAt: 1 })
}

const write = (accounts: readonly unknown[], changes: object = {}) =>
  writeFile(path, JSON.stringify({ format: 'ephemeral-chat-accounts', version: 1, accounts, ...changes }))

describe('a file of accounts', () => {
  it.each([0, 1, 999, 1000, 1001, 2000])('of %i accounts is read as it was written', async count => {
    const accounts = Array.from({ length: count }, (_, n) => person(`person-${n}`))
    await writeAccountFile(path, accounts)
    expect(await readAccountFile(path)).toEqual(accounts)
    const { accounts: written, ...head } = JSON.parse(await readFile(path, 'utf8'))
    expect([head, written.length]).toEqual([{ format: 'ephemeral-chat-accounts', version: 1 }, count])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['accounts.json'])
  })

  it('is null where there is none, and says in one sentence why it cannot be read', async () => {
    expect(await readAccountFile(path)).toBeNull()
    await expect(readAccountFile(folder)).rejects.toMatchObject({
      name: 'AccountFileError',
      message: `The file of accounts ${folder} cannot be read (EISDIR).`,
    })
  })

  it('has settings, blocks and devices of an earlier or a later version set to what they begin with', async () => {
    const { blocked: _blocked, devices: _devices, settings: _settings, ...bare } = person('ann')
    await write([{ ...bare, settings: { language: 'klingon', zone: 'Mars/Olympus', sendsTyping: false } }])
    expect(await readAccountFile(path)).toEqual([
      {
        ...person('ann'),
        settings: { ...person('ann').settings, sendsTyping: false },
        unknownSettings: { language: 'klingon', zone: 'Mars/Olympus' },
      },
    ])
  })

  const defaults = person('ann').settings
  it.each([
    ['theme', 'sepia'],
    ['language', 'klingon'],
    ['zone', 'Mars/Olympus'],
    ['sendKey', 'shift-enter'],
    ['refreshSeconds', 7],
    ['textSize', 'huge'],
    ['announced', ['messages', 'weather']],
    ['sounds', 'loud'],
    ['startsPaused', 'perhaps'],
    ['font', 'serif'],
  ])('keeps a %s that only another version knows, with all else', async (name, value) => {
    await write([{ ...person('ann'), settings: { ...defaults, textSize: 'larger', [name]: value } }, person('bob')])
    const [ann, bob] = (await readAccountFile(path)) ?? []
    const settings = { ...defaults, textSize: name === 'textSize' ? 'normal' : 'larger' }
    expect(ann).toEqual({ ...person('ann'), settings, unknownSettings: { [name]: value } })
    expect(bob).toEqual(person('bob'))
    await writeAccountFile(path, ann ? [ann] : [])
    const [same] = JSON.parse(await readFile(path, 'utf8')).accounts
    expect(same.settings).toEqual({ ...defaults, textSize: 'larger', [name]: value })
    expect(Object.keys(same)).not.toContain('unknownSettings')
  })

  const { passwordHash: _hash, ...hashless } = person('ann')
  it.each([
    ['another format', () => write([], { format: 'other' })],
    ['another version', () => write([], { version: 2 })],
    ['more than it should', () => write([], { more: 1 })],
    ['no list', () => write([], { accounts: {} })],
    ['two of one id', () => write([person('ann'), { ...person('bob'), id: 'ann' }])],
    ['two of one name', () => write([person('ann'), { ...person('bob'), username: 'ANN' }])],
    ['two of one e-mail', () => write([person('ann'), { ...person('bob'), email: ' Ann@example.com' }])],
    ['an account without a hash', () => write([hashless])],
    ['an account with an empty id', () => write([{ ...person('ann'), id: '' }])],
    ['an account with an empty name', () => write([{ ...person('ann'), username: '' }])],
    ['an account with an empty e-mail', () => write([{ ...person('ann'), email: '' }])],
    ['an account with an empty hash', () => write([{ ...person('ann'), passwordHash: '' }])],
    ['a generation below 0', () => write([{ ...person('ann'), generation: -1 }])],
    ['half a generation', () => write([{ ...person('ann'), generation: 0.5 }])],
    ['settings that are none', () => write([{ ...person('ann'), settings: ['dark'] }])],
    ['a block of nobody', () => write([{ ...person('ann'), blocked: [''] }])],
    ['a device that is none', () => write([{ ...person('ann'), devices: [{ ...deviceOf('a'), endpoint: '' }] }])],
    ['an account with more than it should have', () => write([{ ...person('ann'), isAdmin: true }])],
  ])('is broken with %s', async (_what, write) => {
    await write()
    await expect(readAccountFile(path)).rejects.toMatchObject({
      name: 'AccountFileError',
      message: expect.stringMatching(/is damaged or from another version/),
    })
  })
})

describe('writing a file of accounts', () => {
  it('leaves the one before, and nothing else, when it fails', async () => {
    await writeAccountFile(path, [person('ann')])
    const broken = {
      ...person('bob'),
      toJSON: () => {
        throw new Error('cannot be written')
      },
    }
    await expect(writeAccountFile(path, [broken])).rejects.toThrow('cannot be written')
    expect(await readAccountFile(path)).toEqual([person('ann')])
    expect(await readdir(folder)).toEqual(['accounts.json'])
  })

  it('removes what killed writes of the same file left, and nothing else', async () => {
    const stay = [
      'accounts.json',
      'other.json.0123456789abcdef.tmp',
      'accounts.json.tmp',
      'accounts.json.0123456789abcde.tmp',
      'accounts.json.0123456789ABCDEF.tmp',
      'accounts.json.0123456789abcdef.tmp2',
      'accounts.jsonx0123456789abcdef.tmp',
    ]
    for (const name of [...stay, 'accounts.json.0123456789abcdef.tmp']) await writeFile(join(folder, name), '')
    await removeLeftovers(path)
    expect((await readdir(folder)).sort()).toEqual(stay.sort())
  })
})
