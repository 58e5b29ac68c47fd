import type { Answer } from '../chat/answer.js'

/**
 * What all nodes share beside the engine and the accounts: values, lists and counters with a time to live, and messages between
 * nodes. This is the port; `memory-store.ts` keeps it for a single process, `redis-store.ts` for several nodes.
 *
 * - Each method is atomic, and concerns one key. What lies under two keys is never changed together.
 * - Times to live are counted by the store's own clock: in memory by the process's, over Redis by Redis's, never by a node's.
 *   Nothing is answered that is over, and everything goes by itself, even if every node is dead.
 * - Keys are names for the program, not for people: they hold no text that somebody wrote.
 * - Every method throws ChatError `storage_failed` when the store is away, and `server_full` when it has no memory left. What was
 *   asked may then have been done all the same.
 */
export interface SharedStore {
  /**
   * Keeps a value for so long, in place of what the key had. Resolves with whether it did.
   * @param only `new`: only if the key has nothing; `kept`: only if it has something
   */
  set(key: string, value: string | Buffer, ttlMs: number, only?: 'new' | 'kept'): Promise<boolean>

  /** What a key has, or null. */
  get(key: string): Promise<KeptValue | null>

  /** What a key had, or null. It has nothing from then on: of several who take, one gets it. */
  take(key: string): Promise<KeptValue | null>

  /** Keeps a value or a whole list for so long from now on. Resolves with whether there was one. */
  prolong(key: string, ttlMs: number): Promise<boolean>

  /** Forgets a value or a whole list. Resolves with whether there was one. */
  delete(key: string): Promise<boolean>

  /**
   * Puts a member at the end of a list, from wherever it was, and keeps the whole list for so long from now on.
   * @param most how many members the list may have: the oldest go for the newest
   * @returns the members that went
   */
  addToList(key: string, member: string, ttlMs: number, most: number): Promise<readonly string[]>

  /** The members of a list, the oldest first. */
  readList(key: string): Promise<readonly string[]>

  /** Takes a member out of a list. Resolves with whether it was in it: of several who do, one took it. */
  removeFromList(key: string, member: string): Promise<boolean>

  /**
   * Counts a hit of a key in its window, which begins with the first hit. Hits over the limit fill the windows that follow, as
   * far as the hit may wait for them; one that may not is not counted.
   * @param mostWaitMs how long the hit may wait for a later window
   */
  count(window: CountWindow, key: string, mostWaitMs: number): Answer<WindowCount>

  /** Takes back one hit of a key, if it has any. */
  uncount(window: CountWindow, key: string): Answer<void>

  /** Forgets the hits of a key. */
  resetCount(window: CountWindow, key: string): Answer<void>

  /** Tells everybody who listens to a channel now, on whichever node, also on this. Nothing is kept for those who come later. */
  publish(channel: string, message: string): Promise<void>

  /** Hears the messages of a channel, in the order of each sender, from when this resolves until the answer is called. */
  subscribe(channel: string, hear: (message: string) => void): Promise<() => void>

  /** Calls back whenever messages may have been lost, once channels are heard again. The answer ends that. */
  onMissed(hear: () => void): () => void

  /** Ends timers and subscriptions. In memory everything is forgotten. */
  close(): void
}

/** A value, and for how much longer it is kept, in milliseconds. */
export interface KeptValue {
  readonly value: Buffer
  readonly remainsMs: number
}

/** How many hits of one key pass in a window. `name` tells the counters of one limit from those of another. */
export interface CountWindow {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
}

/** What became of a hit. Times in milliseconds. */
export interface WindowCount {
  /** Whether it was counted. */
  readonly isCounted: boolean
  /** How many were counted since the window began, with those for later windows. */
  readonly count: number
  /** How long until the window begins in which the hit passes, or would pass; 0 if it is this one. */
  readonly waitMs: number
  /** How long until the window ends. */
  readonly resetAfterMs: number
}
