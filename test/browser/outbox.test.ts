// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import { Outbox } from '#src/browser/outbox.js'
import type { Answer } from '#src/browser/outbox-entry.js'

const lifeMs = 60_000
const start = 1_000_000

const written = (text: string, at = start) => ({ nonce: `n-${text}`, text, imageId: '', at })

/** An outbox that holds these texts, none of which was sent. */
function outboxOf(...texts: string[]): Outbox {
  const outbox = new Outbox({ refusalOf: text => (text.length > 10 ? 'At most 10 characters' : '') })
  for (const text of texts) outbox.add(written(text))
  return outbox
}

const states = (outbox: Outbox) => outbox.entries.map(({ text, state }) => `${text}: ${state}`)
const sent = (outbox: Outbox, now = start) => outbox.takeSend(now, lifeMs)?.text
const arrive = (outbox: Outbox, text: string) => outbox.settle(new Set([`n-${text}`]))
const retryLater = { state: 'waiting', retryAt: start + 300 } as const

describe('an outbox sends', () => {
  it('one message at a time, in the order of writing', () => {
    const outbox = outboxOf('one', 'two', 'three')
    const order = []
    for (let text = sent(outbox); text; text = sent(outbox)) {
      expect(sent(outbox), 'nothing beside the one in flight').toBeUndefined()
      order.push(text)
      arrive(outbox, text)
    }
    expect(order).toEqual(['one', 'two', 'three'])
    expect(outbox.entries).toEqual([])
  })

  it('nothing more while one is in flight, also what is written then', () => {
    const outbox = outboxOf('one')
    expect(sent(outbox)).toBe('one')
    outbox.add(written('two'))
    expect(sent(outbox)).toBeUndefined()
    expect(states(outbox)).toEqual(['one: in-flight', 'two: pending'])
  })

  it('by the same nonce again what was in flight when the connection was lost, before what is behind it', () => {
    const outbox = outboxOf('one', 'two')
    const first = outbox.takeSend(start, lifeMs)
    outbox.connected()
    const again = outbox.takeSend(start + 100, lifeMs)
    expect(again?.nonce).toBe(first?.nonce)
    expect(again?.nonce).toBe('n-one')
    expect(sent(outbox)).toBeUndefined()
  })

  it('nothing again that arrived although its answer was lost', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    arrive(outbox, 'one')
    outbox.connected()
    expect(sent(outbox)).toBe('two')
  })

  it('nothing of its own accord that is older than a message lives', () => {
    const outbox = outboxOf('one', 'two')
    expect(sent(outbox, start + lifeMs + 1)).toBeUndefined()
    expect(states(outbox)).toEqual(['one: old', 'two: old'])
    expect(sent(outbox, start + lifeMs + 2)).toBeUndefined()
    outbox.connected()
    expect(sent(outbox, start + lifeMs + 3)).toBeUndefined()
  })

  it('what was written later past what is older than a message lives', () => {
    const outbox = outboxOf('one', 'two')
    outbox.add(written('three', start + lifeMs))
    expect(sent(outbox, start + lifeMs + 1)).toBe('three')
    expect(states(outbox)).toEqual(['one: old', 'two: old', 'three: in-flight'])
  })

  it('past what was in flight when the connection was lost for longer than a message lives', () => {
    const outbox = outboxOf('one')
    sent(outbox)
    outbox.add(written('two', start + lifeMs))
    outbox.connected()
    expect(sent(outbox, start + lifeMs + 1)).toBe('two')
    expect(states(outbox)).toEqual(['one: old', 'two: in-flight'])
  })

  it('what is exactly as old as a message lives, and anything in a chat that says nothing of it', () => {
    expect(sent(outboxOf('just'), start + lifeMs)).toBe('just')
    expect(outboxOf('ever').takeSend(start * 2, Number.NaN)?.text).toBe('ever')
  })

  it('a message anew that is older than a message lives when the person tries it again', () => {
    const outbox = outboxOf('old')
    const later = start + lifeMs + 1
    sent(outbox, later)
    outbox.retry('n-old', later)
    expect(sent(outbox, later)).toBe('old')
    expect(outbox.entries[0]?.at).toBe(later)
  })
})

describe('a message that was not taken', () => {
  it('and has to wait goes out by itself once its time has come, and not before', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    outbox.answer('n-one', retryLater)
    expect(sent(outbox, start + 299)).toBeUndefined()
    expect(outbox.takeUploads(start + 300)).toEqual([])
    expect(states(outbox)).toEqual(['one: waiting', 'two: pending'])
    expect(sent(outbox, start + 300)).toBe('one')
    expect(sent(outbox, start + 301)).toBeUndefined()
  })

  it('and has to wait goes out at once over a new connection', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    outbox.answer('n-one', retryLater)
    outbox.connected()
    expect(sent(outbox, start + 1)).toBe('one')
  })

  it('and has to wait for longer than a message lives is not sent', () => {
    const outbox = outboxOf('one')
    sent(outbox)
    outbox.answer('n-one', { state: 'waiting', retryAt: start + lifeMs + 1 })
    expect(sent(outbox, start + lifeMs + 1)).toBeUndefined()
    expect(states(outbox)).toEqual(['one: old'])
  })

  it('and may be taken later holds back nothing once it is older than a message lives, and still says why', () => {
    const outbox = outboxOf('one')
    sent(outbox)
    outbox.answer('n-one', { state: 'failed', reason: 'The server is busy' })
    outbox.add(written('two', start + lifeMs))
    expect(sent(outbox, start + lifeMs)).toBeUndefined()
    expect(sent(outbox, start + lifeMs + 1)).toBe('two')
    expect(outbox.entries[0]).toMatchObject({ state: 'old', reason: 'The server is busy' })
  })

  it('and may be taken later holds back those behind it until it is tried again or taken back', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    outbox.answer('n-one', { state: 'failed', reason: 'The server is busy' })
    expect(outbox.entries[0]).toMatchObject({ state: 'failed', reason: 'The server is busy' })
    expect(sent(outbox)).toBeUndefined()
    outbox.connected()
    expect(sent(outbox), 'not of its own accord').toBeUndefined()
    outbox.retry('n-one', start)
    expect(outbox.entries[0]).toMatchObject({ state: 'pending', reason: '' })
    expect(sent(outbox)).toBe('one')
    outbox.answer('n-one', { state: 'failed', reason: '' })
    expect(outbox.remove('n-one')?.text).toBe('one')
    expect(sent(outbox)).toBe('two')
  })

  it('and never will be lets those behind it pass, and is not sent again', () => {
    const outbox = outboxOf('one', 'two', 'three')
    sent(outbox)
    outbox.answer('n-one', { state: 'refused', reason: 'No bells' })
    expect(sent(outbox)).toBe('two')
    arrive(outbox, 'two')
    outbox.connected()
    expect(sent(outbox)).toBe('three')
    expect(outbox.entries[0]).toMatchObject({ text: 'one', state: 'refused', reason: 'No bells' })
  })

  it('and is refused does not keep the one behind it waiting over a new connection', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    outbox.answer('n-one', { state: 'refused', reason: 'No bells' })
    sent(outbox)
    outbox.answer('n-two', retryLater)
    outbox.connected()
    expect(sent(outbox, start + 1)).toBe('two')
  })

  it('because it is too long is refused before it is sent, also when it is tried again', () => {
    const outbox = outboxOf('much too long', 'short')
    expect(outbox.entries[0]).toMatchObject({ state: 'refused', reason: 'At most 10 characters' })
    outbox.retry('n-much too long', start)
    expect(outbox.entries[0]).toMatchObject({ state: 'refused', reason: 'At most 10 characters' })
    expect(sent(outbox)).toBe('short')
  })

  it('and is tried again while another is in flight goes after that one, in its old place', () => {
    const outbox = outboxOf('one', 'two', 'three')
    sent(outbox)
    outbox.answer('n-one', { state: 'refused', reason: 'No bells' })
    expect(sent(outbox)).toBe('two')
    outbox.retry('n-one', start)
    expect(sent(outbox)).toBeUndefined()
    arrive(outbox, 'two')
    expect(sent(outbox)).toBe('one')
  })
})

describe('Try again', () => {
  it('sends all that were not sent, in their order, before what is written since', () => {
    const outbox = outboxOf('one', 'much too long', 'two', 'three')
    const later = start + lifeMs + 1
    sent(outbox, later)
    outbox.add(written('new', later))
    outbox.retry('n-two', later)
    expect(states(outbox)).toEqual([
      'one: pending',
      'much too long: refused',
      'two: pending',
      'three: pending',
      'new: pending',
    ])
    const order = []
    for (let text = sent(outbox, later); text; text = sent(outbox, later)) {
      order.push(text)
      arrive(outbox, text)
    }
    expect(order).toEqual(['one', 'two', 'three', 'new'])
  })

  it('leaves alone what is on its way, and what is refused unless it is that one', () => {
    const outbox = outboxOf('one', 'two', 'three')
    sent(outbox)
    outbox.answer('n-one', { state: 'refused', reason: 'No bells' })
    sent(outbox)
    outbox.answer('n-three', { state: 'failed', reason: '' })
    outbox.retry('n-three', start)
    expect(states(outbox)).toEqual(['one: refused', 'two: in-flight', 'three: pending'])
    outbox.retry('n-one', start)
    expect(states(outbox)).toEqual(['one: pending', 'two: in-flight', 'three: pending'])
  })

  it('sends one that is refused alone', () => {
    const outbox = outboxOf('one', 'two', 'three')
    sent(outbox)
    outbox.answer('n-one', { state: 'refused', reason: 'No bells' })
    sent(outbox)
    outbox.answer('n-two', { state: 'failed', reason: '' })
    outbox.retry('n-one', start)
    expect(states(outbox)).toEqual(['one: pending', 'two: failed', 'three: pending'])
  })

  it('pressed twice sends once', () => {
    const outbox = outboxOf('one')
    sent(outbox)
    outbox.answer('n-one', { state: 'failed', reason: '' })
    outbox.retry('n-one', start)
    expect(sent(outbox)).toBe('one')
    outbox.retry('n-one', start)
    expect(sent(outbox)).toBeUndefined()
    expect(states(outbox)).toEqual(['one: in-flight'])
  })
})

describe('a bubble that sends itself', () => {
  const goesOut = (outbox: Outbox, text: string, now = start) => outbox.goesOut(`n-${text}`, now, lifeMs)

  it('may go out when it was taken, and no other', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    expect(goesOut(outbox, 'one')).toBe(true)
    expect(goesOut(outbox, 'two')).toBe(false)
    expect(goesOut(outbox, 'unknown')).toBe(false)
    expect(states(outbox)).toEqual(['one: in-flight', 'two: pending'])
  })

  it('may go out when it has waited, which counts as sent', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    outbox.answer('n-one', retryLater)
    expect(goesOut(outbox, 'one', start + 298)).toBe(true)
    expect(states(outbox)).toEqual(['one: in-flight', 'two: pending'])
    expect(sent(outbox, start + 300)).toBeUndefined()
    expect(outbox.watch(start + 298 + 5001, 500)).toBe(true)
  })

  it('may not when it has waited for longer than a message lives', () => {
    const outbox = outboxOf('one')
    sent(outbox)
    outbox.answer('n-one', retryLater)
    outbox.add(written('two', start + lifeMs))
    expect(goesOut(outbox, 'one', start + lifeMs + 1)).toBe(false)
    expect(states(outbox)).toEqual(['one: old', 'two: pending'])
    expect(sent(outbox, start + lifeMs + 1)).toBe('two')
  })

  it('may not while another is in flight, and goes when that has arrived', () => {
    const outbox = outboxOf('one', 'two')
    outbox.answer('n-one', { state: 'refused', reason: '' })
    outbox.answer('n-two', retryLater)
    outbox.retry('n-one', start)
    sent(outbox)
    expect(goesOut(outbox, 'two', start + 300)).toBe(false)
    arrive(outbox, 'one')
    expect(sent(outbox, start + 301)).toBe('two')
  })

  it('may not once it has failed, or was called off', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    outbox.answer('n-one', { state: 'failed', reason: '' })
    expect(goesOut(outbox, 'one')).toBe(false)
    outbox.remove('n-one')
    expect(goesOut(outbox, 'one')).toBe(false)
  })
})

describe('without an answer', () => {
  it('the connection is taken for dead after 5 seconds, once, and the message sent again over the next', () => {
    const outbox = outboxOf('one')
    expect(outbox.watch(start, 500)).toBe(false)
    sent(outbox)
    expect(outbox.watch(start + 5000, 500)).toBe(false)
    expect(outbox.watch(start + 5001, 500)).toBe(true)
    expect(outbox.watch(start + 5501, 500)).toBe(false)
    outbox.connected()
    expect(outbox.takeSend(start + 6000, lifeMs)?.nonce).toBe('n-one')
    expect(outbox.watch(start + 11_000, 500)).toBe(false)
  })

  it('the message counts as not sent after 15 seconds of open connections, and holds back those behind it', () => {
    const outbox = outboxOf('one', 'two')
    let now = start
    for (let ms = 0; ms < 15_000; ms += 500) {
      expect(states(outbox)).not.toContain('one: failed')
      sent(outbox, now)
      now += 500
      if (outbox.watch(now, 500)) outbox.connected()
    }
    expect(states(outbox)).toEqual(['one: failed', 'two: pending'])
    expect(sent(outbox, now)).toBeUndefined()
  })

  it('the time without a connection does not count, nor the time that the machine slept', () => {
    const outbox = outboxOf('one')
    sent(outbox)
    expect(outbox.watch(start + 30_000, 500)).toBe(true)
    expect(states(outbox)).toEqual(['one: pending'])
  })

  it.each<Answer>([
    { state: 'failed', reason: '' },
    { state: 'waiting', retryAt: start },
  ])('the 15 seconds begin anew for a message that was answered: $state', answer => {
    const outbox = new Outbox({ unansweredMs: 1_000_000 })
    outbox.add(written('one'))
    sent(outbox)
    outbox.watch(start, 14_500)
    outbox.answer('n-one', answer)
    outbox.retry('n-one', start)
    expect(sent(outbox)).toBe('one')
    outbox.watch(start, 14_500)
    expect(states(outbox)).toEqual(['one: in-flight'])
    expect(outbox.watch(start + 1_000_001, 500), 'no new connection for it').toBe(false)
    expect(states(outbox)).toEqual(['one: failed'])
    outbox.retry('n-one', start)
    sent(outbox)
    outbox.watch(start, 500)
    expect(states(outbox)).toEqual(['one: in-flight'])
  })

  it('the 15 seconds of one message do not count for the next', () => {
    const outbox = new Outbox({ unansweredMs: 1_000_000 })
    for (const text of ['one', 'two']) outbox.add(written(text))
    sent(outbox)
    outbox.watch(start, 14_500)
    arrive(outbox, 'one')
    sent(outbox)
    outbox.watch(start, 500)
    expect(states(outbox)).toEqual(['two: in-flight'])
  })
})

describe('a message with a picture', () => {
  const withPicture = () => {
    const outbox = outboxOf()
    outbox.addPicture('n-look', 'look', start)
    outbox.add(written('behind'))
    return outbox
  }

  it('is uploaded once, then sent with its picture, before what is behind it', () => {
    const outbox = withPicture()
    expect(sent(outbox)).toBeUndefined()
    expect(outbox.takeUploads(start)).toEqual(['n-look'])
    expect(outbox.takeUploads(start)).toEqual([])
    expect(states(outbox)).toEqual(['look: uploading', 'behind: pending'])
    expect(sent(outbox)).toBeUndefined()
    outbox.uploaded('n-look', 'image-1')
    expect(outbox.takeSend(start, lifeMs)).toMatchObject({ text: 'look', imageId: 'image-1', nonce: 'n-look' })
    expect(outbox.takeUploads(start)).toEqual([])
  })

  it('whose upload has to wait is uploaded again when its time has come, and never sent without its picture', () => {
    const outbox = withPicture()
    outbox.takeUploads(start)
    outbox.answer('n-look', retryLater)
    outbox.connected()
    expect(sent(outbox, start + 300)).toBeUndefined()
    expect(outbox.goesOut('n-look', start, lifeMs)).toBe(false)
    expect(outbox.takeUploads(start + 299)).toEqual([])
    expect(outbox.takeUploads(start + 300)).toEqual(['n-look'])
  })

  it('that is refused lets those behind it pass; one whose network failed holds them back', () => {
    for (const [state, next] of [
      ['refused', 'behind'],
      ['failed', undefined],
    ] as const) {
      const outbox = withPicture()
      outbox.takeUploads(start)
      outbox.answer('n-look', { state, reason: 'no picture' })
      expect(sent(outbox)).toBe(next)
    }
  })

  it('is uploaded anew when it is tried again, whether the upload failed or the message', () => {
    for (const isUploaded of [false, true]) {
      const outbox = withPicture()
      outbox.takeUploads(start)
      if (isUploaded) {
        outbox.uploaded('n-look', 'image-1')
        sent(outbox)
      }
      outbox.answer('n-look', { state: 'failed', reason: 'gone' })
      outbox.retry('n-look', start)
      expect(sent(outbox)).toBeUndefined()
      expect(outbox.takeUploads(start)).toEqual(['n-look'])
      expect(outbox.entries[0]?.reason).toBe('')
      outbox.uploaded('n-look', 'image-2')
      expect(outbox.takeSend(start, lifeMs)?.imageId).toBe('image-2')
    }
  })

  it('that is older than a message lives is uploaded when the person tries it again, and not before', () => {
    const outbox = withPicture()
    outbox.takeUploads(start)
    outbox.answer('n-look', retryLater)
    const later = start + lifeMs + 1
    expect(sent(outbox, later)).toBeUndefined()
    expect(outbox.takeUploads(later)).toEqual([])
    outbox.retry('n-behind', later)
    expect(outbox.takeUploads(later)).toEqual(['n-look'])
    expect(states(outbox)).toEqual(['look: uploading', 'behind: pending'])
  })

  it('that was called off lets those behind it go, and its late upload changes nothing', () => {
    const outbox = withPicture()
    outbox.takeUploads(start)
    outbox.remove('n-look')
    outbox.uploaded('n-look', 'image-1')
    expect(states(outbox)).toEqual(['behind: pending'])
    expect(sent(outbox)).toBe('behind')
  })

  it('that was uploaded before a reload is sent without another upload', () => {
    const outbox = outboxOf()
    outbox.add({ nonce: 'n-look', text: '', imageId: 'image-1', at: start })
    expect(outbox.takeUploads(start)).toEqual([])
    expect(outbox.takeSend(start, lifeMs)?.imageId).toBe('image-1')
    outbox.answer('n-look', { state: 'failed', reason: '' })
    outbox.retry('n-look', start)
    expect(outbox.takeSend(start, lifeMs)?.imageId).toBe('image-1')
  })
})

describe('a picture', () => {
  const holds = (change: (outbox: Outbox) => void) => {
    const outbox = outboxOf('before')
    outbox.addPicture('n-look', 'look', start)
    outbox.takeUploads(start)
    change(outbox)
    return outbox.holdsPicture
  }

  it('would be lost with the page until it is uploaded, and while its upload may be tried again', () => {
    expect(outboxOf('before').holdsPicture).toBe(false)
    expect(holds(() => {})).toBe(true)
    expect(holds(outbox => outbox.answer('n-look', { state: 'failed', reason: '' }))).toBe(true)
    expect(holds(outbox => outbox.answer('n-look', retryLater))).toBe(true)
    expect(holds(outbox => outbox.uploaded('n-look', 'image-1'))).toBe(false)
  })

  it('that was refused is nothing to stay for, nor one that was called off', () => {
    expect(holds(outbox => outbox.answer('n-look', { state: 'refused', reason: 'no picture' }))).toBe(false)
    expect(holds(outbox => outbox.remove('n-look'))).toBe(false)
  })

  it('that is uploaded again would be lost once more', () => {
    const again = (outbox: Outbox) => {
      outbox.uploaded('n-look', 'image-1')
      outbox.answer('n-look', { state: 'failed', reason: '' })
      expect(outbox.holdsPicture).toBe(false)
      outbox.retry('n-look', start)
    }
    expect(holds(again)).toBe(true)
  })
})

describe('what is kept for a reload', () => {
  it('is every message that has not arrived, in order, with its nonce, picture, description, time and what it answers', () => {
    const outbox = outboxOf('one', 'much too long', 'two')
    outbox.addPicture('n-look', 'look', start + 1, 'A cat', 'answered')
    outbox.addPicture('n-bare', '', start + 2)
    sent(outbox)
    expect(outbox.kept).toEqual([
      written('one'),
      written('much too long'),
      written('two'),
      { nonce: 'n-look', text: 'look', imageId: '', at: start + 1, alt: 'A cat', replyTo: 'answered' },
      { nonce: 'n-bare', text: '', imageId: '', at: start + 2, alt: '', replyTo: '' },
    ])
    outbox.takeUploads(start + 2)
    outbox.uploaded('n-bare', 'image-1')
    arrive(outbox, 'one')
    expect(outbox.kept.map(({ nonce }) => nonce)).toEqual(['n-much too long', 'n-two', 'n-look', 'n-bare'])
    expect(outbox.kept.at(-1)).toEqual({
      nonce: 'n-bare',
      text: '',
      imageId: 'image-1',
      at: start + 2,
      alt: '',
      replyTo: '',
    })
  })

  it('is given back when the chat is gone, and nothing is sent any more', () => {
    const outbox = outboxOf('one', 'two')
    sent(outbox)
    expect(outbox.clear()).toEqual([written('one'), written('two')])
    expect(outbox.entries).toEqual([])
    outbox.connected()
    expect(sent(outbox)).toBeUndefined()
  })
})

describe('settling', () => {
  it('tells whether any of the messages was still here', () => {
    const outbox = outboxOf('one', 'two', 'three')
    expect(outbox.settle(new Set(['n-one', 'n-three', 'other']))).toBe(true)
    expect(states(outbox)).toEqual(['two: pending'])
    expect(outbox.settle(new Set(['n-one']))).toBe(false)
  })
})

it('never changes an entry that it has given out', () => {
  const outbox = outboxOf('one')
  const [before] = outbox.entries
  sent(outbox)
  expect(before?.state).toBe('pending')
  expect(outbox.entries[0]).not.toBe(before)
  const [inFlight] = outbox.entries
  outbox.watch(start, 500)
  expect(outbox.entries[0]).toBe(inFlight)
})
