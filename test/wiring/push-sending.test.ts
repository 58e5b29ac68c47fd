import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { ChatError } from '#src/chat/errors.js'
import { readConfig } from '#src/config.js'
import { SystemClock } from '#src/ops/system-clock.js'
import type { PushOutcome } from '#src/push/push.js'
import { openPushSending } from '#src/wiring/push-sending.js'
import { captureLog } from '../support/captured-log.js'
import { deviceOf } from '../support/push/devices.js'
import { PushService, verifyToken } from '../support/push/push-service.js'
import { startOneServer } from '../support/test-server.js'

const contact = 'https://chat.example.com/contact'

let service: PushService
const clock = new SystemClock(() => {})
beforeAll(async () => {
  service = await PushService.start()
})
afterAll(async () => {
  clock.stop()
  await service.stop()
})

function open(env: Record<string, string>, accounts = new MemoryAccountStore()) {
  const { log, text } = captureLog()
  const onOutcome = vi.fn<(outcome: PushOutcome) => void>()
  const config = readConfig({ PUSH_HOSTS: 'push.test', ...env })
  const opened = openPushSending({ config, clock, log, backend: { accounts }, reach: service.reach, onOutcome })
  return { opened, onOutcome, text }
}

/** Push that is on, for somebody whose devices a test chooses. */
async function openOn() {
  const accounts = new MemoryAccountStore()
  const begun = { username: 'planted', email: 'planted@example.com', passwordHash: '$2b$04$', createdAt: 1 }
  await accounts.add(newAccount({ id: 'PLANTED', ...begun }))
  const { opened, onOutcome, text } = open({ PUSH_CONTACT: contact }, accounts)
  const sending = await opened
  if (sending === null) throw new Error('Push is off')
  onTestFinished(() => sending.pushes.stop())
  return { sending, accounts, onOutcome, text }
}

describe('push', () => {
  it('is off without PUSH_CONTACT, and then makes no keys', async () => {
    const accounts = new MemoryAccountStore()
    const keepSecret = vi.spyOn(accounts, 'keepSecret')
    expect(await open({}, accounts).opened).toBeNull()
    expect(keepSecret).not.toHaveBeenCalled()
  })

  it('tells a device within a moment, by the key that browsers subscribe with', async () => {
    const { sending, accounts, onOutcome, text } = await openOn()
    const { browser, endpoint, ...keys } = service.subscribe()
    const device = deviceOf('PLANTED', { endpoint: sending.checkEndpoint(endpoint), ...keys })
    await accounts.amend('PLANTED', () => ({ devices: [device] }))
    sending.pushes.add({ userId: 'PLANTED', device, expiresAt: clock.now() + 60_000 })
    const [push] = await service.taken(1)
    if (push === undefined) throw new Error('Nothing was taken')
    expect(browser.decrypt(push.body)).toBe('message')
    const { said, publicKey } = await verifyToken(push, 'https://push.test')
    expect([publicKey, said.sub]).toEqual([sending.publicKey, contact])
    await expect.poll(() => onOutcome.mock.calls).toEqual([['told']])
    expect(text()).not.toMatch(/PLANTED|push\.test|\/of\//)
  })

  it.each([
    ['was removed', []],
    ['has ended', [deviceOf('d', { endsAt: 1 })]],
  ])('tells no device that %s while it waited', async (_what, devices) => {
    const { sending, accounts, onOutcome } = await openOn()
    const { browser: _, ...subscription } = service.subscribe()
    await accounts.amend('PLANTED', () => ({ devices }))
    sending.pushes.add({ userId: 'PLANTED', device: { id: 'd', ...subscription }, expiresAt: clock.now() + 60_000 })
    await expect.poll(() => onOutcome.mock.calls).toEqual([['gone']])
  })

  it('waits with what it has to tell while accounts cannot be read', async () => {
    const { sending, accounts, onOutcome } = await openOn()
    const asked = vi.spyOn(accounts, 'findById').mockRejectedValue(new ChatError('storage_failed'))
    const { browser: _, ...subscription } = service.subscribe()
    sending.pushes.add({ userId: 'PLANTED', device: { id: 'd', ...subscription }, expiresAt: clock.now() + 60_000 })
    await expect.poll(() => asked.mock.calls).toHaveLength(1)
    expect(onOutcome).not.toHaveBeenCalled()
  })

  it('does not start with keys that cannot be kept', async () => {
    const accounts = new MemoryAccountStore()
    accounts.keepSecret = () => Promise.reject(new ChatError('storage_failed'))
    await expect(open({ PUSH_CONTACT: contact }, accounts).opened).rejects.toMatchObject({ name: 'ConfigError' })
  })

  it('keeps its key beside the accounts, for its owner alone, and the same from one start to the next', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-push-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const env = { ACCOUNTS_URL: `file:${join(folder, 'accounts.json')}`, PUSH_CONTACT: contact }
    const path = join(folder, 'accounts.json.push-key')
    await (await startOneServer(env)).stop()
    const kept = await readFile(path, 'utf8')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    await (await startOneServer(env)).stop()
    expect(await readFile(path, 'utf8')).toBe(kept)
    expect((await readdir(folder)).sort()).toEqual(['accounts.json', 'accounts.json.push-key'])
  })
})
