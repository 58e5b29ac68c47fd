import { expect, it, onTestFinished } from 'vitest'
import { ConverterChild, ConverterEnded } from '#src/images/converter-child.js'
import { readAnswer } from '#src/images/converter-records.js'
import { createLog } from '#src/ops/log.js'
import { plainPicture } from '../support/images/pictures.js'

function begin(): ConverterChild {
  const child = new ConverterChild(['30', '30', '80', '2097152'], createLog('silent'))
  onTestFinished(() => child.stop())
  return child
}

const small = () => plainPicture('png', { width: 60, height: 40 })

it('converts one file after another, each by the limits that it was started with', async () => {
  const child = begin()
  await child.ready(20_000)
  await child.ready(0)
  for (const file of [await small(), Buffer.from('no picture'), await small()]) {
    const answer = readAnswer(...(await child.exchange(file, 20_000)))
    if (file.length < 20) expect(answer).toBe('image_unsupported')
    else expect(answer).toMatchObject({ width: 30, height: 20 })
  }
  expect(child.isOver).toBe(false)
})

it('tells whoever waits for it, and whoever asks later, that it was stopped', async () => {
  const child = begin()
  const waiting = child.ready(20_000)
  const outcome = expect(waiting).rejects.toMatchObject({ name: 'ConverterEnded', code: null, signal: 'SIGKILL' })
  child.stop()
  await outcome
  expect(child.isOver).toBe(true)
  await expect(child.ready(20_000)).rejects.toBeInstanceOf(ConverterEnded)
  await expect(child.exchange(await small(), 20_000)).rejects.toBeInstanceOf(ConverterEnded)
})

it('is stopped when it takes too long', async () => {
  const child = begin()
  await expect(child.ready(1)).rejects.toMatchObject({ signal: 'SIGKILL' })
  expect(child.isOver).toBe(true)
})
