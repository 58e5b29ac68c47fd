import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { LocalPictures } from '#src/images/local-pictures.js'
import { createLog } from '#src/ops/log.js'
import { describePictureStore } from './picture-store-suite.js'

describePictureStore('in files', async (clock, _isMember, caps) => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-pictures-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return new LocalPictures({ uploadDir: folder, ...caps }, clock, createLog('silent'))
})
