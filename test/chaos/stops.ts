import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './fault.js'
import { hurtWhileChatting } from './trial.js'

/** The server stands still, as on a machine that sleeps or swaps, and then goes on. */
function stopFor(seconds: number, isShort: boolean): Fault {
  return {
    name: `server stands still for ${seconds} s (SIGSTOP)`,
    isShort,
    takesS: seconds + 15,
    run: () => {
      // In a long stop people write less, as somebody does who sees that nothing is answered.
      const everyMs = seconds > 60 ? 1000 : 400
      return hurtWhileChatting({ everyMs }, async ({ server }, chats) => {
        await delay(1000)
        server.child.kill('SIGSTOP')
        await delay(seconds * 1000)
        server.child.kill('SIGCONT')
        chats.overAt = Date.now()
        await delay(1000)
        return {}
      })
    },
  }
}

export const stops: readonly Fault[] = [stopFor(5, true), stopFor(40, false), stopFor(120, false)]
