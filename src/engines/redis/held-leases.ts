import type { UserId } from '#src/chat/engine.js'
import type { PackedReader } from './packed-reader.js'
import type { ScriptRunner } from './script-runner.js'

/** How many leases one command takes at most, so that no script works long. */
const mostAtOnce = 500

/** A lease that a partition holds. */
export interface HeldLease {
  /** Whether it was not held there. */
  readonly isNew: boolean
  /** How many messages its person has not seen in the partition. */
  readonly unread: number
  /** The number of the last event that the partition told its person. */
  readonly told: number
}

interface Wanted {
  readonly args: readonly [UserId, string, number]
  readonly resolve: (held: readonly HeldLease[]) => void
  readonly reject: (error: unknown) => void
}

/** Takes and renews leases. Those that are asked for in one turn, as a heartbeat does, go as one command to each partition. */
export class HeldLeases {
  #wanted: Wanted[] = []

  constructor(private readonly runner: Pick<ScriptRunner, 'runEverywhere'>) {}

  /** Takes or renews a lease. Returns what each partition says. */
  hold(userId: UserId, leaseId: string, ttlMs: number): Promise<readonly HeldLease[]> {
    return new Promise((resolve, reject) => {
      this.#wanted.push({ args: [userId, leaseId, ttlMs], resolve, reject })
      if (this.#wanted.length === 1) queueMicrotask(() => this.flush())
      if (this.#wanted.length === mostAtOnce) this.flush()
    })
  }

  /** Sends what waits at once: to be called before a lease is given up, which may be one of these. */
  flush(): void {
    const wanted = this.#wanted
    if (wanted.length === 0) return
    this.#wanted = []
    this.#send(wanted).catch((error: unknown) => {
      for (const { reject } of wanted) reject(error)
    })
  }

  async #send(wanted: readonly Wanted[]): Promise<void> {
    const answers = await this.runner.runEverywhere('hold', ...wanted.flatMap(({ args }) => args))
    const ofPartitions = answers.map(answer => answer.list(readHeld))
    for (const [index, { resolve }] of wanted.entries()) resolve(ofPartitions.flatMap(held => held[index] ?? []))
  }
}

function readHeld(reader: PackedReader): HeldLease {
  reader.array()
  return { isNew: reader.boolean(), unread: reader.number(), told: reader.number() }
}
