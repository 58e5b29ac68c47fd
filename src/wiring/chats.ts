import { privacyOf } from '../accounts/account.js'
import { Conversations } from '../chat/conversations.js'
import type { Context } from '../context.js'
import { createMemoryEngine } from '../engines/memory/engine.js'
import { Images } from '../images/images.js'
import { lingerMs } from '../live/hub.js'

/** Makes the engine, which is told the privacy settings of every person, the pictures, and the rules of chats. */
export async function createChats({
  config,
  log,
  clock,
  limits,
  people,
}: Pick<Context, 'config' | 'log' | 'clock' | 'limits' | 'people'>): Promise<
  Pick<Context, 'engine' | 'images' | 'conversations'>
> {
  const engine = createMemoryEngine({
    clock,
    roomGraceMs: config.roomGraceMs,
    roomMaxMessages: config.roomMaxMessages,
    maxBytes: config.maxMessageMemoryBytes,
    maxBytesPerPerson: config.maxMessageBytesPerPerson,
    keepLonger: config.keepLonger,
    onListenerError: error => log.error({ err: error }, 'an event could not be handled'),
  })
  for (const account of await people.list()) await engine.setPrivacy(account.id, privacyOf(account), lingerMs)
  const images = new Images({ rules: config.images, imageTtlMs: config.imageTtlMs, engine, clock, log })
  const conversations = new Conversations(engine, config, {
    countSend: userId => limits.messages.hit(userId).retryAfterMs,
    countReaching: userId => limits.reaching.hit(userId).retryAfterMs,
    claimImage: images.claim,
    personExists: async userId => (await people.find(userId))?.isDisabled === false,
  })
  return { engine, images, conversations }
}
