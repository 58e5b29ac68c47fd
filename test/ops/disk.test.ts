import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { ServerProcess } from '../support/server-process.js'

it('nothing of a message is in any file that the server writes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-disk-'))
  const server = new ServerProcess({
    ACCOUNTS_URL: `file:${join(folder, 'accounts.json')}`,
    UPLOAD_DIR: join(folder, 'uploads'),
    // Whatever wants a place for what it has too much of.
    TMPDIR: folder,
    LOG_LEVEL: 'trace',
  })
  const { ann, ben, annName, chat } = await newPair(await server.address())
  await ann.post(`${chat}/messages`, { content: 'PLANTED in a message', nonce: 'n' }, chat)
  expect(await (await ben.get(chat)).text()).toContain('PLANTED')

  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
  const written = (await Promise.all(files.map(file => readFile(file, 'utf8')))).join('')
  await server.stop()
  await rm(folder, { recursive: true })
  expect(written).toContain(annName)
  expect(written + server.output).not.toContain('PLANTED')
})
