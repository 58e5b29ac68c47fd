import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { UnreadIcon } from '#src/live/html/unread-icon.js'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

/** An icon, and what was pushed of it: whether it has its dot. */
function start() {
  const pushed: string[] = []
  const icon = new UnreadIcon({ renderIcon: hasDot => (hasDot ? 'dot' : 'plain') }, html => pushed.push(html))
  return { icon, pushed }
}

describe('an icon', () => {
  it('is pushed at once where it is not known what the page shows', () => {
    const { icon, pushed } = start()
    icon.note(false)
    icon.assume(null)
    icon.note(false)
    expect(pushed).toEqual(['plain', 'plain'])
  })

  it('is not pushed to a page that shows it already', () => {
    const { icon, pushed } = start()
    icon.assume(true)
    icon.note(true)
    vi.runAllTimers()
    expect(pushed).toEqual([])
  })

  it('waits until a change has lasted a second, counted anew after each change back', () => {
    const { icon, pushed } = start()
    icon.assume(false)
    for (const unread of [true, false, true]) {
      icon.note(unread)
      vi.advanceTimersByTime(900)
    }
    expect(pushed).toEqual([])
    icon.note(true)
    vi.advanceTimersByTime(100)
    expect(pushed).toEqual(['dot'])
  })

  it('is not pushed once the page is over, or has been brought up to date otherwise', () => {
    const { icon, pushed } = start()
    icon.assume(false)
    icon.note(true)
    icon.assume(true)
    vi.runAllTimers()
    icon.note(false)
    icon.stop()
    vi.runAllTimers()
    expect(pushed).toEqual([])
  })
})
