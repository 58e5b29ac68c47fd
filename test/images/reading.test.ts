import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('where descriptors have run out pages still render, and a picture is refused as by a busy server until there is one', async () => {
  const dist = (file: string) => new URL(`../../dist/${file}`, import.meta.url).href
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-descriptors-'))
  const program = `
    import { closeSync, openSync } from 'node:fs'
    import { buffer } from 'node:stream/consumers'
    import { createLog } from '${dist('ops/log.js')}'
    import { SealedImage } from '${dist('images/sealed-image.js')}'
    import { UploadFolder } from '${dist('images/upload-folder.js')}'
    import { render, viewContext } from '${dist('rendering/renderer.js')}'
    const folder = new UploadFolder(process.argv[1], createLog('error'))
    await folder.open()
    const seal = () => SealedImage.seal(Buffer.alloc(100_000, 'p'), folder)
    const sealed = await seal()
    const say = async work => console.log(await work().catch(error => error.code ?? error))
    const read = async () => (await buffer(await sealed.open('alice'))).equals(Buffer.alloc(100_000, 'p'))
    const context = viewContext({ language: 'en', zone: null })
    const data = { heading: 'A heading', message: 'A sentence', errors: [], sounds: [] }
    const begun = await sealed.open('alice')
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch (error) { console.log(error.code) }
    await say(async () => /A sentence/.test(render('pages/error', context, data)))
    await say(read)
    await say(seal)
    await say(() => buffer(begun))
    closeSync(taken.pop())
    await say(async () => (await Promise.all([read(), read(), read()])).every(Boolean))
    for (const descriptor of taken) closeSync(descriptor)
    await say(read)
    await folder.close()`
  const command = 'ulimit -n 128; exec "$0" --input-type=module --eval "$1" "$2"'
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program, folder])
  await rm(folder, { recursive: true, force: true })
  const lines = stdout.trim().split('\n')
  expect(lines.filter(line => !line.startsWith('{'))).toEqual([
    'EMFILE',
    'true',
    'server_busy',
    'server_busy',
    'server_busy',
    'true',
    'true',
  ])
  expect(lines.filter(line => line.startsWith('{'))).toEqual(Array(3).fill(expect.stringContaining('"code":"EMFILE"')))
})
