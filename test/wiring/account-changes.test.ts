import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Admission } from '#src/accounts/admission.js'
import { createPasswordResets } from '#src/accounts/password-resets.js'
import { People } from '#src/accounts/people.js'
import { defaultSettings } from '#src/accounts/settings.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import type { EngineEvent } from '#src/chat/engine.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { Hub, lingerMs } from '#src/live/hub.js'
import { followAccounts } from '#src/wiring/account-changes.js'
import { captureLog } from '../support/captured-log.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'
import { NotedSubscriber } from '../support/live/events.js'

const password = 'long enough 1'
const passwords = {
  hash: async (plain: string) => `hash of ${plain}`,
  verify: async (plain: string, hash: string) => hash === `hash of ${plain}`,
  dummyHash: () => 'hash of nothing',
  cost: 4,
}

/** Ann and Ben with a room of theirs, a connection each, and an invite and a reset link of Ann's. */
async function start() {
  const clock = new FakeClock()
  const { log, text } = captureLog()
  const engine = new MemoryEngine({ ...generous, clock })
  const hub = new Hub(engine, clock, log, 10)
  onTestFinished(() => {
    hub.stop()
    return engine.stop()
  })
  const people = new People({ store: new MemoryAccountStore(), passwords, directory: 'open', clock })
  const admission = new Admission({ registration: 'invite', invites: 'members', clock })
  const resets = createPasswordResets({ clock })
  followAccounts({ people, admission, resets, backend: { engine }, hub, log })
  const register = (username: string) =>
    people.register({ username, email: `${username}@example.com`, password }).then(({ id }) => id)
  const [annId, benId] = [await register('ann'), await register('ben')]
  const { id: roomId } = await engine.openRoom(annId, benId)
  await engine.readRoom(roomId, benId)
  const [ann, ben] = [new NotedSubscriber(annId), new NotedSubscriber(benId)]
  await hub.add(ann)
  await hub.add(ben)
  const { token } = await admission.inviteBy(annId)
  const reset = await resets.create(annId, { userId: annId, generation: 0 })
  return {
    ...{ clock, engine, people, annId, benId, roomId, ann, ben, text },
    isInvited: async () => (await admission.refusalOf(token)) === null,
    mayReset: () => resets.isGood(reset.token),
  }
}

const typesOf = (events: readonly EngineEvent[]) => events.map(({ type }) => type)

describe('a change of an account', () => {
  it('that blocks somebody closes the connections of the person, who reconnect, and nobody else’s', async () => {
    const { people, annId, benId, ann, ben, engine, roomId, isInvited, mayReset } = await start()
    await people.block(annId, benId)
    await nextTurn()
    expect([ann.closed, ben.closed]).toEqual([[1012], []])
    expect([await engine.isMember(roomId, annId), await engine.isMember(roomId, benId)]).toEqual([false, true])
    expect([await isInvited(), await mayReset()]).toEqual([true, true])
  })

  it('shows the blocked person that the other has gone as long after the block as after the last page is closed', async () => {
    const { people, annId, benId, ben, clock } = await start()
    await people.block(annId, benId)
    ben.events.length = 0
    await clock.advance(lingerMs - 1)
    expect(typesOf(ben.events)).toEqual([])
    await clock.advance(1)
    expect(typesOf(ben.events)).toEqual(['presence.changed'])
  })

  it('of other settings, or back, closes no connection', async () => {
    const { people, annId, benId, ann, engine, roomId } = await start()
    await people.changeSettings(annId, { ...defaultSettings, sendsTyping: false })
    await nextTurn()
    expect(ann.closed).toEqual([])
    await people.block(annId, benId)
    await nextTurn()
    ann.closed.length = 0
    await people.unblock(annId, benId)
    await nextTurn()
    expect([ann.closed, await engine.isMember(roomId, annId)]).toEqual([[], true])
  })

  it('that ends sessions closes the connections of the person with 4401, and their reset links', async () => {
    const { people, annId, ann, ben, isInvited, mayReset } = await start()
    await people.endSessionsEverywhere(annId)
    expect([ann.closed, ben.closed]).toEqual([[4401], []])
    expect([await isInvited(), await mayReset()]).toEqual([true, false])
  })

  it('that cannot be passed on is logged', async () => {
    const { people, annId, engine, text } = await start()
    engine.setPrivacy = () => Promise.reject(new Error('no engine'))
    engine.forgetPerson = () => Promise.reject(new Error('no engine'))
    await people.changeSettings(annId, { ...defaultSettings, sendsTyping: false })
    await people.remove(annId, password)
    await nextTurn()
    expect(text()).toMatch(/privacy settings could not be passed to the engine/)
    expect(text()).toMatch(/data of a deleted person could not be removed from the engine/)
  })
})

describe('the removal of an account', () => {
  it('closes the connections of the person, and drops their rooms, invites and reset links', async () => {
    const { people, annId, benId, ann, ben, engine, roomId, isInvited, mayReset } = await start()
    await people.remove(annId, password)
    expect([...new Set(ann.closed), ...ben.closed]).toEqual([4401])
    expect([await isInvited(), await mayReset()]).toEqual([false, false])
    expect(await engine.isMember(roomId, benId)).toBe(false)
    expect(typesOf(ben.events)).toContain('room.dissolved')
  })
})
