import { describe, expect, it, vi } from 'vitest'
import { Admission, type AdmissionOptions, invitesPerMember, openAdmission } from '#src/accounts/admission.js'
import { FakeClock } from '../support/fake-clock.js'

const weekMs = 7 * 24 * 3600 * 1000

function begin(registration: AdmissionOptions['registration'], invites: AdmissionOptions['invites'] = 'members') {
  const clock = new FakeClock()
  return { clock, admission: new Admission({ registration, invites, clock }) }
}

const refused = (code: string) => expect.objectContaining({ code })

describe('where registration is open', () => {
  it('everybody comes in, with an invite or without', async () => {
    const { admission } = begin('open')
    expect([admission.refusalOf(''), admission.refusalOf('whatever')]).toEqual([null, null])
    expect(await admission.admit('', async () => 'in')).toBe('in')
    await expect(admission.admit('', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  it('nobody makes invites', () => {
    const { admission } = begin('open')
    expect(admission.isByMembers).toBe(false)
    expect(() => admission.inviteBy('ann')).toThrow(refused('not_found'))
    expect(() => admission.inviteByOperator()).toThrow(refused('conflict'))
  })

  it('is what there is when nothing else is said', () => {
    const admission = openAdmission(new FakeClock())
    expect([admission.registration, admission.isByMembers]).toEqual(['open', false])
  })
})

it('an invite that is good tells which member made it, and none by the operator', async () => {
  const { admission } = begin('invite')
  const { token } = admission.inviteBy('ann')
  expect([admission.inviterOf(token), admission.inviterOf('none'), admission.inviterOf('')]).toEqual([
    'ann',
    null,
    null,
  ])
  expect(admission.inviterOf(admission.inviteByOperator().token)).toBe(null)
  await admission.admit(token, async () => {})
  expect(admission.inviterOf(token)).toBe(null)
})

describe('where registration is closed', () => {
  it('nobody comes in, and nobody makes invites', async () => {
    const { admission } = begin('closed')
    const work = vi.fn()
    expect(admission.refusalOf('')).toBe('registration_closed')
    await expect(admission.admit('', work)).rejects.toEqual(refused('registration_closed'))
    expect(work).not.toHaveBeenCalled()
    expect(admission.isByMembers).toBe(false)
    expect(() => admission.inviteByOperator()).toThrow(refused('conflict'))
    expect(() => admission.inviteBy('ann')).toThrow(refused('not_found'))
  })
})

describe('where registration is by invite', () => {
  it('an invite lets one person in, once', async () => {
    const { admission } = begin('invite')
    const { token } = admission.inviteBy('ann')
    expect([admission.refusalOf(''), admission.refusalOf('wrong'), admission.refusalOf(token)]).toEqual([
      'invite_needed',
      'invite_needed',
      null,
    ])
    await expect(admission.admit('wrong', async () => 'in')).rejects.toEqual(refused('invite_needed'))
    await expect(admission.admit(token, () => Promise.reject(new Error('taken name')))).rejects.toThrow('taken name')
    expect(admission.countOf('ann')).toBe(1)
    expect(await admission.admit(token, async () => 'in')).toBe('in')
    expect([admission.refusalOf(token), admission.countOf('ann')]).toEqual(['invite_needed', 0])
  })

  it('an invite works for a week, by the wall clock as it is shown', () => {
    const { admission, clock } = begin('invite')
    clock.apartMs = 5000
    const { token, expiresAt } = admission.inviteBy('ann')
    expect(expiresAt).toBe(clock.now() + weekMs + 5000)
    clock.jump(weekMs - 1)
    expect(admission.refusalOf(token)).toBeNull()
    clock.jump(1)
    expect(admission.refusalOf(token)).toBe('invite_needed')
  })

  it('the newest twenty of a member work, beside those of others and of the operator', () => {
    const { admission } = begin('invite')
    expect(invitesPerMember).toBe(20)
    const others = [admission.inviteBy('bob'), admission.inviteByOperator()]
    const ours = Array.from({ length: 22 }, () => admission.inviteBy('ann'))
    const isGood = ours.map(({ token }) => admission.refusalOf(token) === null)
    expect(isGood).toEqual([false, false, ...Array(20).fill(true)])
    expect([admission.countOf('ann'), admission.countOf('bob')]).toEqual([20, 1])
    expect(others.map(({ token }) => admission.refusalOf(token))).toEqual([null, null])
  })

  it('the invites of a member who is no more end, and no others', () => {
    const { admission } = begin('invite')
    const [ours, theirs] = [admission.inviteBy('ann'), admission.inviteBy('bob')]
    admission.dropOf('ann')
    expect([ours, theirs].map(({ token }) => admission.refusalOf(token))).toEqual(['invite_needed', null])
    expect(admission.countOf('ann')).toBe(0)
  })

  it('the operator alone makes invites where the settings say so', async () => {
    const { admission } = begin('invite', 'operator')
    expect([admission.isByMembers, begin('invite').admission.isByMembers]).toEqual([false, true])
    expect(() => admission.inviteBy('ann')).toThrow(refused('not_found'))
    expect(await admission.admit(admission.inviteByOperator().token, async () => 'in')).toBe('in')
  })
})
