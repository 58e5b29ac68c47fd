import type { OutgoingHttpHeaders } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import webPush from 'web-push'
import { deviceKeysInput } from '../accounts/device.js'
import { faultCodeOf } from '../system-fault.js'
import { findService } from './endpoint-check.js'
import type { Push, PushKeys } from './push.js'
import { connectTo, mayReach, type PushReach, ReachError } from './push-reach.js'
import { connectThrough } from './tunnel-connection.js'

/** The same for every push: it says nothing, not even by its length. */
const pushWord = 'message'
/** A push service that still holds an older push of a device drops it for a newer one of the same topic (RFC 8030, section 5.4). */
const pushTopic = 'chat'

const mostAtOnce = 20
const longestMs = 5000
const mostAnswerBytes = 4096
const mostHeaderBytes = 8192
const msPerSecond = 1000

/** What came of one try to tell a device. */
export interface PushTry {
  /** Told; the device is gone; refused for good; asked to wait; or no answer that says anything about the push. */
  readonly verdict: 'told' | 'gone' | 'refused' | 'busy' | 'failed'
  /** A status or a code, which may be logged. */
  readonly why: string
  /** How long the push service wants to be left alone, in ms. */
  readonly retryAfterMs: number
}

/** What a sender needs. */
export interface PushSenderOptions {
  readonly contact: string
  readonly keys: PushKeys
  readonly hosts: readonly string[]
  readonly proxy: URL | null
  readonly reach: PushReach
  /** How long one try may take; tests are less patient. */
  readonly timeoutMs?: number
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** Speaks to push services: one request a push, without following where it is sent on to. */
export class PushSender {
  readonly #options: PushSenderOptions
  // Without kept connections: a push is rare, and one that goes into a connection that is just being closed would be late.
  readonly #agent = new Agent({ keepAlive: false, maxSockets: mostAtOnce, maxTotalSockets: mostAtOnce })

  constructor(options: PushSenderOptions) {
    this.#options = options
  }

  /** Tries to tell a device. Never rejects for what others do. @param ttlSeconds how long the push service may hold it */
  async send({ endpoint, p256dh, auth }: Push['device'], ttlSeconds: number): Promise<PushTry> {
    const { contact, keys, hosts, reach } = this.#options
    const found = findService(endpoint, hosts)
    if (found === null) return refusedFor('endpoint')
    if (!mayReach(found.url, reach)) return refusedFor('address_refused')
    if (!deviceKeysInput.safeParse({ p256dh, auth }).success) return refusedFor('keys')
    const { headers, body } = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, pushWord, {
      vapidDetails: { subject: contact, ...keys },
      TTL: ttlSeconds,
      topic: pushTopic,
      urgency: 'normal',
      contentEncoding: 'aes128gcm',
    })
    try {
      return judge(await this.#post(found.url, headers, body))
    } catch (error) {
      return judgeFailure(error)
    }
  }

  /** Breaks off what is under way; what goes through a proxy ends within its own time. */
  stop(): void {
    this.#agent.destroy()
  }

  async #post(url: URL, headers: OutgoingHttpHeaders, body: Buffer): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? longestMs)
    const way = await this.#wayTo(url, signal)
    return new Promise((resolve, reject) => {
      let answer: Answer | null = null
      const asked = request(
        {
          ...way,
          method: 'POST',
          path: `${url.pathname}${url.search}`,
          headers: { ...headers, host: url.host },
          maxHeaderSize: mostHeaderBytes,
          signal,
        },
        response => {
          const { statusCode = 0, headers } = response
          const heard = { status: statusCode, retryAfter: headers['retry-after'] }
          answer = heard
          let bytes = 0
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes > mostAnswerBytes) asked.destroy()
          })
          // The status has said all: it does not matter where the rest breaks off.
          response.on('error', () => resolve(heard))
        },
      )
      const end = (error: Error) => (answer === null ? reject(error) : resolve(answer))
      asked.on('error', end)
      // A push service that switches protocols (101) causes neither an answer nor an error.
      asked.on('close', () => end(new ReachError('no_answer')))
      asked.end(body)
    })
  }

  async #wayTo(url: URL, signal: AbortSignal): Promise<RequestOptions> {
    const { proxy, reach } = this.#options
    const trust = reach.ca === null ? {} : { ca: reach.ca }
    if (proxy === null) return { ...connectTo(url, reach), ...trust, agent: this.#agent }
    const socket = await connectThrough(proxy, url, reach, signal)
    return { createConnection: () => socket }
  }
}

function judge({ status, retryAfter }: Answer): PushTry {
  const why = String(status)
  const retryAfterMs = readRetryAfter(retryAfter)
  if (status >= 200 && status < 300) return { verdict: 'told', why, retryAfterMs: 0 }
  if (status === 404 || status === 410) return { verdict: 'gone', why, retryAfterMs: 0 }
  if (status === 429) return { verdict: 'busy', why, retryAfterMs }
  if (status >= 500) return { verdict: 'failed', why, retryAfterMs }
  return refusedFor(why)
}

function judgeFailure(error: unknown): PushTry {
  const why = faultCodeOf(error)
  return why === 'address_refused' ? refusedFor(why) : { verdict: 'failed', why, retryAfterMs: 0 }
}

function refusedFor(why: string): PushTry {
  return { verdict: 'refused', why, retryAfterMs: 0 }
}

/** Retry-After in ms, as seconds or as a date; 0 for none. */
function readRetryAfter(text: string | undefined): number {
  if (text === undefined) return 0
  const ms = /^\d+$/.test(text) ? Number(text) * msPerSecond : Date.parse(text) - Date.now()
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0
}
