import { readdirSync, readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { ConverterWorker } from '#src/images/converter-worker.js'
import { captureLog } from '../support/captured-log.js'
import { plainPicture } from '../support/images/pictures.js'

const small = () => plainPicture('png', { width: 60, height: 40 })

/** The processes that this one has begun. */
const children = () =>
  readdirSync('/proc/self/task')
    .flatMap(thread => readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(' '))
    .filter(pid => pid !== '')
    .map(Number)

function begin() {
  const { log, entries } = captureLog()
  const worker = new ConverterWorker({ maxWidth: 30, maxHeight: 30, quality: 80, maxSize: 2_097_152 }, log)
  onTestFinished(() => worker.stop())
  return { worker, entries }
}

it('starts no process before there is a picture, and needs one for many', async () => {
  const { worker, entries } = begin()
  expect(entries()).toEqual([])
  for (let times = 0; times < 3; times++)
    expect(await worker.convert(await small())).toMatchObject({ width: 30, height: 20 })
  expect(await worker.convert(Buffer.from('no picture'))).toBe('image_unsupported')
  expect(entries()).toEqual([])
})

it.runIf(process.platform === 'linux').each([
  ['SIGKILL', 'server_busy'],
  ['SIGTERM', 'server_busy'],
  ['SIGABRT', 'image_invalid'],
  ['SIGSEGV', 'image_invalid'],
] as const)('says of a process that ends by %s: %s, logs it, and starts another', async (signal, problem) => {
  const { worker, entries } = begin()
  await worker.convert(await small())
  const [pid = 0] = children().slice(-1)
  process.kill(pid, 'SIGSTOP')
  const converting = worker.convert(await small())
  process.kill(pid, signal)
  process.kill(pid, 'SIGCONT')
  expect(await converting).toBe(problem)
  expect(entries()).toEqual([expect.objectContaining({ level: 'warn', signal, msg: 'the picture process ended' })])
  expect(await worker.convert(await small())).toMatchObject({ width: 30, height: 20 })
})

it('says that the server is busy when it is stopped, and logs nothing of it', async () => {
  const { worker, entries } = begin()
  const converting = worker.convert(await small())
  worker.stop()
  expect(await converting).toBe('server_busy')
  expect(entries()).toEqual([])
})
