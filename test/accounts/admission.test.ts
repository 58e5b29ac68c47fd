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
    expect([await admission.refusalOf(''), await admission.refusalOf('whatever')]).toEqual([null, null])
    expect(await admission.admit('', async () => 'in')).toBe('in')
    await expect(admission.admit('', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  it('nobody makes invites', async () => {
    const { admission } = begin('open')
    expect(admission.isByMembers).toBe(false)
    await expect(admission.inviteBy('ann')).rejects.toEqual(refused('not_found'))
    await expect(admission.inviteByOperator()).rejects.toEqual(refused('conflict'))
  })

  it('is what there is when nothing else is said', async () => {
    const admission = openAdmission(new FakeClock())
    expect([admission.registration, admission.isByMembers]).toEqual(['open', false])
  })
})

it('an invite that is good tells which member made it, and none by the operator', async () => {
  const { admission } = begin('invite')
  const { token } = await admission.inviteBy('ann')
  expect([await admission.inviterOf(token), await admission.inviterOf('none'), await admission.inviterOf('')]).toEqual([
    'ann',
    null,
    null,
  ])
  expect(await admission.inviterOf((await admission.inviteByOperator()).token)).toBe(null)
  await admission.admit(token, async () => {})
  expect(await admission.inviterOf(token)).toBe(null)
})

describe('where registration is closed', () => {
  it('nobody comes in, and nobody makes invites', async () => {
    const { admission } = begin('closed')
    const work = vi.fn()
    expect(await admission.refusalOf('')).toBe('registration_closed')
    await expect(admission.admit('', work)).rejects.toEqual(refused('registration_closed'))
    expect(work).not.toHaveBeenCalled()
    expect(admission.isByMembers).toBe(false)
    await expect(admission.inviteByOperator()).rejects.toEqual(refused('conflict'))
    await expect(admission.inviteBy('ann')).rejects.toEqual(refused('not_found'))
  })
})

describe('where registration is by invite', () => {
  it('an invite lets one person in, once', async () => {
    const { admission } = begin('invite')
    const { token } = await admission.inviteBy('ann')
    expect([
      await admission.refusalOf(''),
      await admission.refusalOf('wrong'),
      await admission.refusalOf(token),
    ]).toEqual(['invite_needed', 'invite_needed', null])
    await expect(admission.admit('wrong', async () => 'in')).rejects.toEqual(refused('invite_needed'))
    await expect(admission.admit(token, () => Promise.reject(new Error('taken name')))).rejects.toThrow('taken name')
    expect(await admission.countOf('ann')).toBe(1)
    expect(await admission.admit(token, async () => 'in')).toBe('in')
    expect([await admission.refusalOf(token), await admission.countOf('ann')]).toEqual(['invite_needed', 0])
  })

  it('an invite works for a week, by the wall clock as it is shown', async () => {
    const { admission, clock } = begin('invite')
    clock.apartMs = 5000
    const { token, expiresAt } = await admission.inviteBy('ann')
    expect(expiresAt).toBe(clock.now() + weekMs + 5000)
    clock.jump(weekMs - 1)
    expect(await admission.refusalOf(token)).toBeNull()
    clock.jump(1)
    expect(await admission.refusalOf(token)).toBe('invite_needed')
  })

  it('the newest twenty of a member work, beside those of others and of the operator', async () => {
    const { admission } = begin('invite')
    expect(invitesPerMember).toBe(20)
    const others = [await admission.inviteBy('bob'), await admission.inviteByOperator()]
    const ours = await Promise.all(Array.from({ length: 22 }, () => admission.inviteBy('ann')))
    const isGood = await Promise.all(ours.map(async ({ token }) => (await admission.refusalOf(token)) === null))
    expect(isGood).toEqual([false, false, ...Array(20).fill(true)])
    expect([await admission.countOf('ann'), await admission.countOf('bob')]).toEqual([20, 1])
    expect(await Promise.all(others.map(({ token }) => admission.refusalOf(token)))).toEqual([null, null])
  })

  it('the invites of a member who is no more end, and no others', async () => {
    const { admission } = begin('invite')
    const [ours, theirs] = [await admission.inviteBy('ann'), await admission.inviteBy('bob')]
    await admission.dropOf('ann')
    expect(await Promise.all([ours, theirs].map(({ token }) => admission.refusalOf(token)))).toEqual([
      'invite_needed',
      null,
    ])
    expect(await admission.countOf('ann')).toBe(0)
  })

  it('the operator alone makes invites where the settings say so', async () => {
    const { admission } = begin('invite', 'operator')
    expect([admission.isByMembers, begin('invite').admission.isByMembers]).toEqual([false, true])
    await expect(admission.inviteBy('ann')).rejects.toEqual(refused('not_found'))
    expect(await admission.admit((await admission.inviteByOperator()).token, async () => 'in')).toBe('in')
  })
})
