import { isDeepStrictEqual } from 'node:util'
import { type Account, privacyOf } from '../accounts/account.js'
import type { Backend } from '../backends/backend.js'
import type { UserId } from '../chat/engine.js'
import type { Context } from '../context.js'
import { lingerMs } from '../live/hub.js'

/**
 * Tells the engine what every person keeps from others, unless another node has done so. Until then no room is opened where
 * several nodes share them.
 */
export async function tellPrivacy(
  backend: Pick<Backend, 'engine' | 'isPrivacyTold' | 'notePrivacyTold'>,
  people: Pick<Context['people'], 'list' | 'find'>,
): Promise<void> {
  if (await backend.isPrivacyTold()) return
  for (const account of await people.list()) await tellPrivacyOf(account, backend, people)
  await backend.notePrivacyTold()
}

/**
 * Tells the engine what a person keeps from others. Two nodes may do so at once: each looks afterwards whether what it told still
 * holds, so that the last word is the account's.
 * @returns those who are blocked now and were not before
 */
export async function tellPrivacyOf(
  account: Account,
  { engine }: Pick<Backend, 'engine'>,
  people: Pick<Context['people'], 'find'>,
): Promise<readonly UserId[]> {
  const blocked: UserId[] = []
  for (let told: Account | null = account; told !== null; ) {
    const privacy = privacyOf(told)
    blocked.push(...(await engine.setPrivacy(account.id, privacy, lingerMs)))
    const now = await people.find(account.id)
    told = now !== null && !isDeepStrictEqual(privacyOf(now), privacy) ? now : null
  }
  return blocked
}
