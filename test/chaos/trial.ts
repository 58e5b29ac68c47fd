import { type Chats, type ChatsPlan, withChats } from './chats.js'
import { brokenBy, type Finding, unless } from './fault.js'
import { onStage, type Stage, type StageInit } from './stage.js'

/** How people chat while a fault happens, and how late a message may be at most. Times in ms. */
export interface Trial {
  readonly init?: StageInit
  readonly plan?: ChatsPlan
  readonly everyMs?: number
  readonly latestMs?: number
  readonly patienceMs?: number
}

/** What a fault found beside what became of the messages; what people were told is counted if it does not say so. */
export type Outcome = Partial<Pick<Finding, 'told' | 'broken'>>

/** Has people chat on a server, hurts it, and counts once all should have arrived. */
export async function hurtWhileChatting(
  { init = {}, plan = {}, everyMs = 400, latestMs = 15_000, patienceMs = 30_000 }: Trial,
  hurt: (stage: Stage, chats: Chats) => Promise<Outcome>,
): Promise<Finding> {
  return onStage(init, stage =>
    withChats(stage.url, plan, async chats => {
      chats.talk(everyMs)
      const { told, broken = [] } = await hurt(stage, chats)
      const tally = await chats.quiet(patienceMs)
      const isWell = await stage.isWell()
      const all = [...unless(isWell, 'the server no longer answers'), ...brokenBy(tally, latestMs), ...broken]
      return { ...tally, told: told ?? chats.told(), broken: all }
    }),
  )
}

/** A finding about no message: nobody chats on a server that does not start. */
export const withoutChats = (told: string, broken: readonly string[]): Finding => ({
  ...{ sent: 0, lost: 0, doubled: 0, astray: 0, notSent: 0, waiting: 0, p99Ms: 0, mostMs: 0 },
  told,
  broken,
})
