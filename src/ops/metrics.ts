import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { PushOutcome } from '../push/push.js'
import type { Observer, RefusalPlace } from './observations.js'
import type { Readings, ReadReadings } from './readings.js'

/** Fine steps around 250 ms, within which a message must be gone. Source: docs/hosting.md, "Monitoring". */
const lagBucketsSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const msPerSecond = 1000
const prefix = 'ephemeral_chat_'

const gauges: readonly (readonly [name: string, help: string, reading: keyof Readings])[] = [
  ['connections', 'Sockets and streams of people on this node', 'connections'],
  ['tcp_connections', 'TCP connections of any kind on this node', 'tcpConnections'],
  ['waiting_connections', 'TCP connections on this node whose request is not complete yet', 'waitingConnections'],
  ['online_users', 'People who are online, on all nodes together', 'onlineUsers'],
  ['rooms', 'Open rooms, on all nodes together', 'rooms'],
  ['messages', 'Living messages, on all nodes together', 'messages'],
  ['bytes_held', 'Bytes of living messages that count towards the limit, on all nodes together', 'bytesHeld'],
  ['bytes_limit', 'Bytes that living messages may hold', 'bytesLimit'],
  ['picture_bytes_held', 'Bytes of pictures that count towards their limit, on all nodes together', 'pictureBytesHeld'],
  ['picture_bytes_limit', 'Bytes that pictures may hold', 'pictureBytesLimit'],
  ['store_away', 'Whether what the nodes share does not answer', 'storeAway'],
]

/** What Prometheus reads. Imported only if METRICS_TOKEN is set, as its library takes megabytes. */
export class Metrics implements Observer {
  readonly #registry = new Registry()
  readonly #refusals: Counter
  readonly #expiryLag: Histogram
  readonly #expired: Counter
  readonly #pushes: Counter
  readonly #gauges: ReadonlyMap<keyof Readings, Gauge>
  #lastExpired = 0

  constructor() {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#refusals = new Counter({
      name: `${prefix}refusals_total`,
      help: 'Refusals on this node, by place and reason',
      labelNames: ['place', 'reason'],
      registers,
    })
    this.#expiryLag = new Histogram({
      name: `${prefix}expiry_lag_seconds`,
      help: 'How long after their time messages were removed from memory and screens',
      buckets: lagBucketsSeconds,
      registers,
    })
    this.#expired = new Counter({
      name: `${prefix}messages_expired_total`,
      help: 'Messages that expired, on all nodes together',
      registers,
    })
    this.#pushes = new Counter({
      name: `${prefix}pushes_total`,
      help: 'Pushes to devices that this node has dealt with, by what became of them',
      labelNames: ['outcome'],
      registers,
    })
    this.#gauges = new Map(
      gauges.map(([name, help, reading]) => [reading, new Gauge({ name: `${prefix}${name}`, help, registers })]),
    )
  }

  refused(place: RefusalPlace, reason: string): void {
    this.#refusals.inc({ place, reason })
  }

  expired(lagMs: number): void {
    this.#expiryLag.observe(lagMs / msPerSecond)
  }

  pushed(outcome: PushOutcome): void {
    this.#pushes.inc({ outcome })
  }

  /** The media type of what `render` returns. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** All metrics in Prometheus' text format. */
  async render(read: ReadReadings): Promise<string> {
    const readings = await read()
    for (const [reading, gauge] of this.#gauges) gauge.set(readings[reading])
    this.#expired.inc(Math.max(readings.expiredMessages - this.#lastExpired, 0))
    this.#lastExpired = readings.expiredMessages
    return this.#registry.metrics()
  }
}
