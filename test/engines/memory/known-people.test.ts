import { describe, expect, it } from 'vitest'
import { createDuty } from '#src/engines/memory/due-queue.js'
import { KnownPeople } from '#src/engines/memory/known-people.js'
import { type Person, Room } from '#src/engines/memory/model.js'
import { PrivacyChoices } from '#src/engines/memory/privacy-choices.js'
import { makePerson } from '../../support/engine/assembled-engine.js'

function start() {
  const choices = new PrivacyChoices()
  const ended: [Person, number][] = []
  const people = new KnownPeople(choices, (person, now) => ended.push([person, now]))
  return { choices, people, ended }
}

describe('a person', () => {
  it('is known from when they are admitted', () => {
    const { people } = start()
    expect(people.get('ann')).toBeUndefined()
    const ann = people.admit('ann')
    expect(ann.id).toBe('ann')
    expect(people.get('ann')).toBe(ann)
  })

  it('is the same when admitted again', () => {
    const { people } = start()
    expect(people.admit('ann')).toBe(people.admit('ann'))
  })

  it('keeps from others what they chose before they were known', () => {
    const { choices, people } = start()
    const choice = choices.set(
      'ann',
      { sendsReceipts: false, sendsTyping: true, blocked: [] },
      { isOnline: false, lastHeldAt: 0, sendsReceipts: true },
    )
    expect(people.admit('ann').privacy).toBe(choice)
    expect(people.admit('bob').privacy.sendsReceipts).toBe(true)
  })

  it('has a duty that ends their own leases', () => {
    const { people, ended } = start()
    const [ann] = [people.admit('ann'), people.admit('bob')]
    ann.leaseDuty.perform(42)
    expect(ended).toEqual([[ann, 42]])
  })

  it('is forgotten with neither room nor lease', () => {
    const { people } = start()
    const ann = people.admit('ann')
    people.release(ann)
    expect(people.get('ann')).toBeUndefined()
  })

  it('stays known with a room', () => {
    const { people } = start()
    const ann = people.admit('ann')
    const duty = createDuty(() => {})
    ann.rooms.set('bob', new Room(ann, makePerson('bob'), duty, false))
    people.release(ann)
    expect(people.get('ann')).toBe(ann)
  })

  it('stays known with a lease', () => {
    const { people } = start()
    const ann = people.admit('ann')
    ann.leases.set('tab', { until: 1, givenUpAt: null })
    people.release(ann)
    expect(people.get('ann')).toBe(ann)
  })

  it('is forgotten with everyone', () => {
    const { people } = start()
    people.admit('ann')
    people.clear()
    expect(people.get('ann')).toBeUndefined()
  })
})
