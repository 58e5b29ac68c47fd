import type { Router } from 'express'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { EngineStats } from '../chat/engine.js'
import { isStorageFailure } from '../chat/errors.js'
import type { Rooms } from '../chat/rooms.js'
import type { Config } from '../config.js'
import type { Images } from '../images/images.js'
import { watchExpiry } from './expiry-watch.js'
import type { HealthSource } from './health.js'
import { monitoringPages } from './monitoring-pages.js'
import { Observations, type Observer } from './observations.js'
import { LoopWatch, type Readings, type ReadReadings } from './readings.js'
import { type StatisticsDeps, writeStatistics } from './statistics-line.js'

/** Where the figures come from, and the token that opens them. */
export interface MonitoringDeps {
  readonly clock: Clock
  readonly log: Logger
  /** The level of the line of statistics. */
  readonly statisticsLevel: StatisticsDeps['level']
  readonly rooms: Pick<Rooms, 'reads' | 'onNotice'>
  readonly images: Pick<Images, 'readHeldBytes'>
  /** The caps, as they are after what does not fit was lowered. */
  readonly config: Pick<Config, 'maxMessageMemoryBytes'> & { readonly images: Pick<Config['images'], 'maxHeldBytes'> }
  /** The token of /metrics; null for no such page. */
  readonly metricsToken: string | null
  readonly health: HealthSource
  readonly countConnections: () => Promise<Pick<Readings, 'connections' | 'tcpConnections' | 'waitingConnections'>>
}

/** What the operator sees of the server: health, metrics, and a line of statistics in the log. */
export class Monitoring {
  readonly observer: Observer
  /** `/health`, `/health/ready` and `/metrics`. */
  readonly pages: Router
  readonly #ends: readonly (() => void)[]

  private constructor(observer: Observer, pages: Router, ends: readonly (() => void)[]) {
    this.observer = observer
    this.pages = pages
    this.#ends = ends
  }

  /** Starts all of it. */
  static async open(deps: MonitoringDeps): Promise<Monitoring> {
    const { clock, log, statisticsLevel: level, rooms, images, config, metricsToken, health, countConnections } = deps
    let held: EngineStats & Pick<Readings, 'pictureBytesHeld'> = {
      ...{ rooms: 0, messages: 0, onlineUsers: 0, bytesHeld: 0, expiredMessages: 0, pictureBytesHeld: 0 },
    }
    const readHeld = async () => {
      try {
        held = { ...(await rooms.reads.readStats()), pictureBytesHeld: await images.readHeldBytes() }
      } catch (error) {
        // While they cannot be asked for, the figures are the last ones.
        if (!isStorageFailure(error)) throw error
      }
      return held
    }
    const limits = { bytesLimit: config.maxMessageMemoryBytes, pictureBytesLimit: config.images.maxHeldBytes }
    const read: ReadReadings = async () => ({
      ...(await readHeld()),
      ...limits,
      ...(await countConnections()),
      storeAway: health.isAway ? 1 : 0,
    })
    // Loaded only if it is used: it takes megabytes.
    const metrics = metricsToken === null ? null : new (await import('./metrics.js')).Metrics()
    const observations = new Observations(metrics)
    const loop = new LoopWatch()
    const page =
      metrics === null || metricsToken === null
        ? null
        : { token: metricsToken, contentType: metrics.contentType, render: () => metrics.render(read) }
    return new Monitoring(observations, monitoringPages(health, page), [
      watchExpiry(rooms, clock, observations),
      writeStatistics({ clock, log, level, read, observations, loop }),
      () => loop.stop(),
    ])
  }

  /** Stops measuring and writing. */
  stop(): void {
    for (const end of this.#ends) end()
  }
}
