import { describe, expect, it } from 'vitest'
import type { Privacy } from '#src/chat/engine.js'
import { PrivacyChoices } from '#src/engines/memory/privacy-choices.js'

const shown = { isOnline: true, lastHeldAt: 5, sendsReceipts: true }
const later = { isOnline: false, lastHeldAt: 9, sendsReceipts: true }
const keepsNothing: Privacy = { sendsReceipts: true, sendsTyping: true, blocked: [] }

describe('what a person keeps from others', () => {
  it('is nothing until they choose', () => {
    expect(new PrivacyChoices().of('ann')).toEqual({ sendsReceipts: true, sendsTyping: true, blocked: new Map() })
  })

  it.each<[string, Partial<Privacy>]>([
    ['receipts', { sendsReceipts: false }],
    ['typing', { sendsTyping: false }],
    ['everything from one', { blocked: ['bob'] }],
  ])('may be %s, and is kept apart for each person', (_title, kept) => {
    const choices = new PrivacyChoices()
    const choice = choices.set('ann', { ...keepsNothing, ...kept }, shown)
    const blocked = new Map(kept.blocked?.map(id => [id, shown]))
    expect(choice).toEqual({ ...keepsNothing, ...kept, blocked })
    expect(choices.of('ann')).toBe(choice)
    expect(choices.of('bob')).toEqual({ ...keepsNothing, blocked: new Map() })
  })

  it('takes no memory once it is nothing again', () => {
    const choices = new PrivacyChoices()
    choices.set('ann', { ...keepsNothing, sendsTyping: false }, shown)
    expect(choices.set('ann', keepsNothing, shown)).toEqual({ ...keepsNothing, blocked: new Map() })
    expect(choices.of('ann')).toBe(choices.of('nobody'))
  })

  it('leaves those who were blocked before with the attendance that they saw then', () => {
    const choices = new PrivacyChoices()
    choices.set('ann', { ...keepsNothing, blocked: ['bob'] }, shown)
    const { blocked } = choices.set('ann', { ...keepsNothing, blocked: ['cat', 'bob'] }, later)
    expect(blocked.get('bob')).toBe(shown)
    expect(blocked.get('cat')).toBe(later)
  })

  it('shows somebody who is blocked again the attendance of the second block', () => {
    const choices = new PrivacyChoices()
    choices.set('ann', { ...keepsNothing, blocked: ['bob'] }, shown)
    choices.set('ann', keepsNothing, later)
    expect(choices.set('ann', { ...keepsNothing, blocked: ['bob'] }, later).blocked.get('bob')).toBe(later)
  })

  it('is forgotten with the person alone', () => {
    const choices = new PrivacyChoices()
    for (const id of ['ann', 'bob']) choices.set(id, { ...keepsNothing, sendsTyping: false }, shown)
    choices.forget('ann')
    expect([choices.of('ann').sendsTyping, choices.of('bob').sendsTyping]).toEqual([true, false])
  })

  it('is forgotten with everything', () => {
    const choices = new PrivacyChoices()
    choices.set('ann', { ...keepsNothing, sendsTyping: false }, shown)
    choices.clear()
    expect(choices.of('ann').sendsTyping).toBe(true)
  })
})
