import { describe, expect, it } from 'vitest'
import type { Publication, ServerNotice } from '#src/chat/engine.js'
import { Publisher } from '#src/chat/publisher.js'
import { tell } from '#src/engines/memory/telling.js'
import { makePair, noted } from '../support/engine/assembled-engine.js'

const notice = (roomId: string): ServerNotice => ({ type: 'room.dissolved', roomId })

function start() {
  const errors: unknown[] = []
  const publisher = new Publisher(error => errors.push(error))
  const heard: string[] = []
  /** Hears the rooms of notices, under a name. */
  const hears =
    (name: string, also = (_roomId: string) => {}) =>
    ({ notices }: Publication) => {
      for (const each of notices) {
        if (each.type !== 'room.dissolved') continue
        heard.push(`${name} ${each.roomId}`)
        also(each.roomId)
      }
    }
  const publish = (roomId: string) => publisher.publish([], [notice(roomId)])
  return { publisher, errors, heard, hears, publish }
}

describe('a publication', () => {
  it('comes to every subscriber, in the order in which they came', () => {
    const { publisher, heard, hears, publish } = start()
    for (const name of ['a', 'b']) publisher.subscribe(hears(name))
    publish('one')
    publish('two')
    expect(heard).toEqual(['a one', 'b one', 'a two', 'b two'])
  })

  it('has what is told and what the server must know', () => {
    const { publisher } = start()
    const publications: Publication[] = []
    publisher.subscribe(publication => publications.push(publication))
    const told = [tell(makePair().ann, noted)]
    publisher.publish(told, [notice('one')])
    publisher.publish(told)
    expect(publications).toEqual([
      { told, notices: [notice('one')] },
      { told, notices: [] },
    ])
  })

  it('of nothing comes to nobody', () => {
    const { publisher } = start()
    const publications: Publication[] = []
    publisher.subscribe(publication => publications.push(publication))
    publisher.publish([])
    publisher.publish([], [])
    expect(publications).toEqual([])
  })

  it('waits until everybody has the one before, when a subscriber causes it', () => {
    const { publisher, heard, hears, publish } = start()
    publisher.subscribe(hears('a', roomId => roomId === 'one' && publish('two')))
    publisher.subscribe(hears('b'))
    publish('one')
    expect(heard).toEqual(['a one', 'b one', 'a two', 'b two'])
  })

  it('comes to all others though a subscriber throws', () => {
    const { publisher, errors, heard, hears, publish } = start()
    const fault = new Error('a subscriber’s own')
    publisher.subscribe(() => {
      throw fault
    })
    publisher.subscribe(hears('b'))
    publish('one')
    expect([errors, heard]).toEqual([[fault], ['b one']])
  })

  it('comes after one at which even the telling of faults failed', () => {
    const publisher = new Publisher(error => {
      throw error
    })
    let count = 0
    publisher.subscribe(() => {
      count += 1
      if (count === 1) throw new Error('a fault')
    })
    expect(() => publisher.publish([], [notice('one')])).toThrow('a fault')
    publisher.publish([], [notice('two')])
    expect(count).toBe(2)
  })
})

describe('a subscription', () => {
  it('ends when that is asked for, and no other does', () => {
    const { publisher, heard, hears, publish } = start()
    const end = publisher.subscribe(hears('a'))
    publisher.subscribe(hears('b'))
    end()
    publish('one')
    expect(heard).toEqual(['b one'])
  })

  it('is one of two when the same function subscribed twice', () => {
    const { publisher, heard, hears, publish } = start()
    const subscriber = hears('a')
    publisher.subscribe(subscriber)
    publisher.subscribe(subscriber)()
    publish('one')
    expect(heard).toEqual(['a one'])
  })

  it('ends at once, even in the middle of a publication', () => {
    const { publisher, heard, hears, publish } = start()
    publisher.subscribe(hears('a', () => end()))
    const end = publisher.subscribe(hears('b'))
    publish('one')
    expect(heard).toEqual(['a one'])
  })

  it('begins with the next publication, when it was made in the middle of one', () => {
    const { publisher, heard, hears, publish } = start()
    publisher.subscribe(hears('a', roomId => roomId === 'one' && publisher.subscribe(hears('b'))))
    publish('one')
    expect(heard).toEqual(['a one'])
    publish('two')
    expect(heard).toEqual(['a one', 'a two', 'b two'])
  })

  it('ends with the publisher', () => {
    const { publisher, heard, hears, publish } = start()
    publisher.subscribe(hears('a'))
    publisher.stop()
    publish('one')
    expect(heard).toEqual([])
  })
})
