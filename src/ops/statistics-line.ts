import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { Observations } from './observations.js'
import type { LoopWatch, ReadReadings } from './readings.js'

/** Milliseconds between two lines. */
export const statisticsEveryMs = 300_000
const bytesPerMegabyte = 1_048_576

/** Where the figures come from, and where they are written. */
export interface StatisticsDeps {
  readonly clock: Clock
  readonly log: Logger
  /** The level of the line. */
  readonly level: 'info' | 'debug'
  readonly read: ReadReadings
  readonly observations: Observations
  readonly loop: Pick<LoopWatch, 'takeWorstMs'>
}

/** Logs a line of figures every five minutes: counts only, nothing about anybody. Returns a function that stops it. */
export function writeStatistics({ clock, log, level, read, observations, loop }: StatisticsDeps): () => void {
  let cancel = () => {}

  async function write(): Promise<void> {
    const readings = await read()
    const { refusals, worstExpiryLagMs } = observations.take()
    log[level](
      {
        connections: readings.connections,
        tcpConnections: readings.tcpConnections,
        waitingConnections: readings.waitingConnections,
        onlineUsers: readings.onlineUsers,
        rooms: readings.rooms,
        // Not `messages`: the log redacts any field of that name.
        livingMessages: readings.messages,
        expiredMessages: readings.expiredMessages,
        bytesHeld: readings.bytesHeld,
        pictureBytesHeld: readings.pictureBytesHeld,
        worstExpiryLagMs,
        worstLoopLagMs: loop.takeWorstMs(),
        residentMegabytes: Math.round(process.memoryUsage.rss() / bytesPerMegabyte),
        refusals,
      },
      'statistics',
    )
  }

  const wait = () => {
    cancel = clock.after(statisticsEveryMs, () => {
      write().catch((error: unknown) => log.error({ err: error }, 'the statistics could not be read'))
      wait()
    })
  }
  wait()
  return () => cancel()
}
