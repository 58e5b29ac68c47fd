import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PictureServer, startPictureServer } from '../support/images/picture-server.js'
import { plainPicture } from '../support/images/pictures.js'

const dist = (file: string) => new URL(`../../dist/${file}`, import.meta.url).href
const small = () => plainPicture('png', { width: 40, height: 30 })
/** A picture that takes a second of CPU time. */
const slow = () =>
  sharp({ create: { width: 7000, height: 7000, channels: 4, background: '#3a78' } })
    .png()
    .toBuffer()

/** The child processes of this process, in which the server runs. */
const children = () =>
  readdirSync('/proc/self/task')
    .flatMap(thread => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter(pid => pid !== '')
    .map(Number)

/** The CPU time of a process so far, in hundredths of a second. */
function ticksOf(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13)
  return Number(user) + Number(system)
}

describe.runIf(process.platform === 'linux')('the process that reads pictures', () => {
  let server: PictureServer
  beforeAll(async () => {
    server = await startPictureServer()
  })
  afterAll(() => server.stop())

  /** Has it begin, and answers which it is. */
  async function begin(): Promise<number> {
    expect((await server.send(await small())).status).toBe(303)
    const [pid = 0] = children()
    return pid
  }

  test('gives way to all others, and is the first to go where memory runs out', async () => {
    const pid = await begin()
    expect(getPriority(pid)).toBeGreaterThan(0)
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
  })

  test.each([
    ['SIGKILL', 503],
    ['SIGSEGV', 422],
  ] as const)('that is ended by %s in the middle of a picture answers %i, and is replaced', async (signal, status) => {
    const pid = await begin()
    const before = ticksOf(pid)
    const sending = server.send(await slow(), { content: 'My draft' })
    await expect.poll(() => ticksOf(pid), { interval: 10, timeout: 10_000 }).toBeGreaterThan(before + 10)
    process.kill(pid, signal)
    const answer = await sending
    expect(answer.status).toBe(status)
    expect(answer.headers.has('retry-after')).toBe(status === 503)
    expect(await answer.text()).toContain('My draft')
    expect(await begin()).not.toBe(pid)
  })

  test('that is stopped for good is given up after 15 seconds, and is replaced', async () => {
    const pid = await begin()
    process.kill(pid, 'SIGSTOP')
    const from = performance.now()
    const answer = await server.send(await small())
    expect(answer.status).toBe(503)
    expect(performance.now() - from).toBeLessThan(19_000)
    expect(await begin()).not.toBe(pid)
    expect(children()).not.toContain(pid)
  })
})

test('a process that cannot begin, since descriptors have run out or its program is missing, costs one picture an answer', async () => {
  const program = `
    import { closeSync, openSync } from 'node:fs'
    import { Converter } from '${dist('images/converter.js')}'
    import { createLog } from '${dist('ops/log.js')}'
    const converter = new Converter({ maxWidth: 9, maxHeight: 9, quality: 80, maxSize: 99999 }, createLog('silent'))
    const convert = () =>
      converter
        .convert(Buffer.from('${(await small()).toString('base64')}', 'base64'), 'alice', new AbortController().signal)
        .then(() => 'converted', ({ code }) => code)
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch (error) { console.log(error.code) }
    console.log(await convert())
    for (const descriptor of taken) closeSync(descriptor)
    const { execPath } = process
    process.execPath = '/nowhere'
    console.log(await convert())
    process.execPath = execPath
    console.log(await convert())
    converter.stop()`
  const command = 'ulimit -n 128; exec "$0" --input-type=module --eval "$1"'
  const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program])
  expect(stdout.trim().split('\n')).toEqual(['EMFILE', 'server_busy', 'server_busy', 'converted'])
})
