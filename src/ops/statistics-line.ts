import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { Observations } from './observations.js'
import type { LoopWatch, ReadReadings } from './readings.js'

/** How often the statistics are logged. Source: docs/hosting.md, "Monitoring". */
export const statisticsEveryMs = 300_000
const bytesPerMegabyte = 1_048_576

export interface StatisticsDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly read: ReadReadings
  readonly observations: Observations
  readonly loop: Pick<LoopWatch, 'takeWorstMs'>
}

/** Writes a line of figures to the log every five minutes: counts only, nothing of anybody. The answer ends it. */
export function writeStatistics({ clock, log, read, observations, loop }: StatisticsDeps): () => void {
  let cancel = () => {}

  async function write(): Promise<void> {
    const readings = await read()
    const { refusals, worstExpiryLagMs } = observations.take()
    log.info(
      {
        connections: readings.connections,
        tcpConnections: readings.tcpConnections,
        waitingConnections: readings.waitingConnections,
        onlineUsers: readings.onlineUsers,
        rooms: readings.rooms,
        // Not `messages`: the log blanks whatever has that name.
        livingMessages: readings.messages,
        expiredMessages: readings.expiredMessages,
        bytesHeld: readings.bytesHeld,
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
