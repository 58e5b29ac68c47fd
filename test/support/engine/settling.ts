import type { RedisLink } from '#src/redis/link.js'

let probes = 0

/**
 * Prepares to wait for all that was sent to the channels of some tags: a probe on another channel of each, which lies on the same
 * server, is heard behind all that was sent before it. Resolves with what waits.
 */
export async function prepareSettling(link: RedisLink, tags: readonly string[]): Promise<() => Promise<void>> {
  const channels = tags.map(tag => `probes:${tag}`)
  await link.subscribe(channels)
  return async () => {
    probes += 1
    const probe = `${probes}`
    const missing = new Set(channels)
    const heard = new Promise<void>(resolve => {
      const end = link.onMessage((channel, message) => {
        if (message.toString() !== probe || !missing.delete(channel) || missing.size > 0) return
        end()
        resolve()
      })
    })
    const publish = link.isSharded ? 'SPUBLISH' : 'PUBLISH'
    await Promise.all(channels.map(channel => link.call(publish, channel, probe)))
    await heard
  }
}
