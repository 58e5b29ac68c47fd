import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServerProcess } from '../support/server-process.js'

const leftover = 'AbCdEfGhIjKlMnOpQrStUv.sealed'
let folder = ''
let running: ServerProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-folder-'))
})
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  running = []
  await rm(folder, { recursive: true, force: true })
})

/** Starts a server on the folder; resolves when it serves or has ended. */
async function start(): Promise<ServerProcess> {
  const server = new ServerProcess({ UPLOAD_DIR: folder, LOG_LEVEL: 'warn' })
  running.push(server)
  await server.address().catch(() => server.ended)
  return server
}

test('what an earlier server left goes; what is not ours stays and is named in the log', async () => {
  await writeFile(join(folder, leftover), 'sealed')
  await writeFile(join(folder, 'family.jpg'), 'mine')
  const server = await start()
  expect(await readdir(folder)).not.toContain(leftover)
  expect(await readFile(join(folder, 'family.jpg'), 'utf8')).toBe('mine')
  // The log and what the server says at its start come by two pipes.
  await vi.waitFor(() => expect(server.output).toContain('family.jpg'), 15_000)
})

test('a second server on the same folder stops, and touches nothing', async () => {
  await start()
  await writeFile(join(folder, leftover), 'of the first')
  const second = await start()
  expect(await second.ended).toEqual([1, null])
  expect(second.output).toContain('another server is using this folder')
  expect(await readdir(folder)).toContain(leftover)
})

test('a crash does not keep the next server from starting', async () => {
  const first = await start()
  first.child.kill('SIGKILL')
  await first.ended
  const { child: next } = await start()
  expect(next.exitCode).toBeNull()
})

test('a server that stops leaves the folder free and empty', async () => {
  await (await start()).stop()
  expect(await readdir(folder)).toEqual([])
})

test('where descriptors have run out pages still render, and a picture is refused as by a busy server until there is one', async () => {
  const dist = (file: string) => new URL(`../../dist/${file}`, import.meta.url).href
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
    const data = { heading: 'A heading', message: 'A sentence', errors: [], sounds: [], themeColours: [] }
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
