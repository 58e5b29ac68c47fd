import { execFileSync } from 'node:child_process'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UploadFolder } from '#src/images/upload-folder.js'
import { ApiClient } from '../support/api/api-client.js'
import { captureLog } from '../support/captured-log.js'
import { startPictureServer } from '../support/images/picture-server.js'
import { plainPicture } from '../support/images/pictures.js'
import { tinyDisk } from '../support/tiny-disk.js'

const fillerOf = (disk: string) => join(disk, 'filler')
/** Fills a disk to its last byte; what does not fit fails. */
const fill = (disk: string) => writeFile(fillerOf(disk), 'x'.repeat(200_000)).catch(() => {})
const empty = (disk: string) => rm(fillerOf(disk))
const remount = (disk: string, mode: 'ro' | 'rw') => execFileSync('mount', ['-o', `remount,${mode}`, disk])
const sealedOn = async (disk: string) => (await readdir(disk)).filter(name => name.endsWith('.sealed'))

test.for([
  { what: 'full', code: 'ENOSPC', spoil: fill, mend: empty },
  {
    what: 'read-only',
    code: 'EROFS',
    spoil: async (disk: string) => remount(disk, 'ro'),
    mend: async (disk: string) => remount(disk, 'rw'),
  },
])(
  'on a disk that is $what nothing stays of a picture, and the log says why once a minute',
  async ({ code, spoil, mend }, context) => {
    const disk = tinyDisk(context)
    const { log, entries } = captureLog()
    let now = 0
    const folder = new UploadFolder(disk, log, () => now)
    await folder.open()
    const write = () => folder.write([Buffer.alloc(10_000, 'p')])
    const kept = await write()
    await spoil(disk)
    for (let times = 0; times < 3; times += 1) await expect(write()).rejects.toMatchObject({ code: 'storage_failed' })
    now = 59_999
    await expect(write()).rejects.toMatchObject({ code: 'storage_failed' })
    expect(await sealedOn(disk)).toEqual([kept])
    expect(entries()).toMatchObject([{ level: 'error', err: { code } }])
    now = 60_000
    await expect(write()).rejects.toMatchObject({ code: 'storage_failed' })
    expect(entries()).toHaveLength(2)
    await mend(disk)
    await write()
    expect(await sealedOn(disk)).toHaveLength(2)
    expect(entries()[2]).toMatchObject({ level: 'warn', msg: 'encrypted pictures can be written again' })
    await write()
    expect(entries()).toHaveLength(3)
    await folder.close()
  },
)

test('on a full disk a person reads that the server could not save it, and keeps text and description; a program gets the code', async context => {
  const disk = tinyDisk(context)
  const server = await startPictureServer({ UPLOAD_DIR: disk })
  onTestFinished(() => server.stop())
  await fill(disk)
  const picture = await plainPicture('png', { width: 40, height: 30 })
  const refused = await server.send(picture, { content: 'what I wrote', alt: 'A green field' })
  const html = await refused.text()
  expect(refused.status).toBe(503)
  expect(html).toContain('save this, so nothing has changed')
  expect(html).toContain('>\nwhat I wrote</textarea>')
  expect(html).toContain('value="A green field"')

  const alice = await ApiClient.connect(server.url, 'alice@example.com')
  const form = new FormData()
  form.set('roomId', server.chat.slice('/chats/'.length))
  form.set('image', new Blob([new Uint8Array(picture)]), 'a.png')
  const answer = await alice.post('/images/upload', form)
  expect([answer.status, answer.body.code]).toEqual([503, 'storage_failed'])

  expect(await sealedOn(disk)).toEqual([])
  await empty(disk)
  expect((await server.send(picture)).status).toBe(303)
  expect(await sealedOn(disk)).toHaveLength(1)
})
