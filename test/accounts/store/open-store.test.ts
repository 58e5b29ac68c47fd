import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { FileAccountStore } from '#src/accounts/store/file-store.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { openAccountStore } from '#src/accounts/store/open-store.js'
import { FakeClock } from '../../support/fake-clock.js'

it('keeps accounts in memory where no file is named, else in that file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-open-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'accounts.json')
  expect(await openAccountStore(null, new FakeClock(), () => {})).toBeInstanceOf(MemoryAccountStore)
  const store = await openAccountStore(path, new FakeClock(), () => {})
  expect(store).toBeInstanceOf(FileAccountStore)
  expect((await stat(path)).isFile()).toBe(true)
  await store.close()
})
