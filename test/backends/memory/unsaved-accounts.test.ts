import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { openMemoryBackend } from '#src/backends/memory/memory-backend.js'
import { readConfig } from '#src/config.js'
import { captureLog } from '../../support/captured-log.js'

it('the log says why accounts were not saved, and what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-accounts-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'accounts.json')
  const { log, entries } = captureLog()
  const { accounts, close } = await openMemoryBackend(
    readConfig({ NODE_ENV: 'test', ACCOUNTS_URL: `file:${path}` }),
    log,
  )
  onTestFinished(close)
  await writeFile(path, 'notes')
  const ann = newAccount({ id: '1', username: 'ann', email: 'ann@example.com', passwordHash: 'hash', createdAt: 1 })
  await expect(accounts.add(ann)).rejects.toMatchObject({ code: 'storage_failed' })
  expect(entries()).toEqual([
    expect.objectContaining({
      level: 'error',
      msg: `accounts were not saved: The file of accounts ${path} was changed by something else than this server and is left as it is: restart the server to use it, or remove it to have the server write its own.`,
    }),
  ])
})
