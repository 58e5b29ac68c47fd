import { describe } from 'vitest'
import type { MakeEngine } from '../support/engine/world.js'
import { describeBlocks } from './blocks.js'
import { describeDissolving } from './dissolving.js'
import { describeEndings } from './endings.js'
import { describeEvents } from './events.js'
import { describeExpiry } from './expiry.js'
import { describeHearing } from './hearing.js'
import { describeKeeping } from './keeping.js'
import { describeLifetimes } from './lifetimes.js'
import { describeMessages } from './messages.js'
import { describePresence } from './presence.js'
import { describeProperties } from './properties.js'
import { describeReach } from './reach.js'
import { describeReceipts } from './receipts.js'
import { describeReplies } from './replies.js'
import { describeRooms } from './rooms.js'
import { describeSeenLives } from './seen-lives.js'
import { describeTelling } from './telling.js'
import { describeTimeline } from './timeline.js'
import { describeUnnoticed } from './unnoticed.js'
import { describeUnsending } from './unsending.js'
import { describeVanished } from './vanished.js'
import { describeWindows } from './windows.js'

/** Everything that any engine must keep: what the port says in prose, said in tests. */
export function describeEngine(name: string, makeEngine: MakeEngine): void {
  describe(`the ${name} engine`, () => {
    describeRooms(makeEngine)
    describeMessages(makeEngine)
    describeReplies(makeEngine)
    describeUnsending(makeEngine)
    describeVanished(makeEngine)
    describeWindows(makeEngine)
    describeLifetimes(makeEngine)
    describeSeenLives(makeEngine)
    describeReceipts(makeEngine)
    describeReach(makeEngine)
    describeKeeping(makeEngine)
    describeExpiry(makeEngine)
    describePresence(makeEngine)
    describeTelling(makeEngine)
    describeBlocks(makeEngine)
    describeUnnoticed(makeEngine)
    describeDissolving(makeEngine)
    describeEndings(makeEngine)
    describeTimeline(makeEngine)
    describeEvents(makeEngine)
    describeHearing(makeEngine)
    describeProperties(makeEngine)
  })
}
