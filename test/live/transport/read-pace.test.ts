import { beforeEach, expect, it } from 'vitest'
import { ReadPace } from '#src/live/transport/read-pace.js'
import { FakeClock } from '../../support/fake-clock.js'

const windowMs = 30_000
const much = 65_537

let clock: FakeClock
let tooSlow: number
let pace: ReadPace
beforeEach(() => {
  clock = new FakeClock()
  tooSlow = 0
  pace = new ReadPace(clock, () => {
    tooSlow += 1
  })
})

it('a reader for whom 64 KiB wait may take them as slowly as it likes', async () => {
  pace.noteWaiting(much - 1)
  await clock.advance(10 * windowMs)
  expect([tooSlow, clock.waiting]).toEqual([0, 0])
})

it('one for whom more waits is too slow after half a minute in which it took less than 30,000 bytes', async () => {
  pace.noteWaiting(much)
  pace.noteTaken(29_999)
  await clock.advance(windowMs - 1)
  expect(tooSlow).toBe(0)
  await clock.advance(1)
  expect(tooSlow).toBe(1)
})

it('one that took 30,000 bytes, in whatever pieces, has half a minute more, and has to take as much again', async () => {
  pace.noteWaiting(much)
  pace.noteTaken(20_000)
  pace.noteTaken(10_000)
  await clock.advance(windowMs)
  expect(tooSlow).toBe(0)
  pace.noteTaken(29_999)
  await clock.advance(windowMs)
  expect(tooSlow).toBe(1)
})

it('one that could not be heard, as the process stood still, has half a minute more', async () => {
  pace.noteWaiting(much)
  clock.standStill(windowMs)
  await clock.advance(windowMs - 1)
  expect(tooSlow).toBe(0)
  await clock.advance(1)
  expect(tooSlow).toBe(1)
})

it('what it took before is not counted', async () => {
  pace.noteTaken(1_000_000)
  pace.noteWaiting(much)
  await clock.advance(windowMs)
  expect(tooSlow).toBe(1)
})

it('more that waits does not put the end of the half minute off', async () => {
  pace.noteWaiting(much)
  await clock.advance(windowMs - 1)
  pace.noteWaiting(2 * much)
  expect(clock.waiting).toBe(1)
  await clock.advance(1)
  expect(tooSlow).toBe(1)
})

it('a reader that has caught up is watched no more, and anew when much waits again', async () => {
  pace.noteWaiting(much)
  await clock.advance(windowMs - 1)
  pace.noteWaiting(much - 1)
  pace.noteWaiting(much)
  await clock.advance(windowMs - 1)
  expect(tooSlow).toBe(0)
  await clock.advance(1)
  expect(tooSlow).toBe(1)
})

it('a watch that has ended leaves no timer', async () => {
  pace.noteWaiting(much)
  pace.end()
  expect(clock.waiting).toBe(0)
  await clock.advance(windowMs)
  expect(tooSlow).toBe(0)
})
