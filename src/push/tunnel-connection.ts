import { request } from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { hostOf, type PushReach, ReachError } from './push-reach.js'

const opened = 200
const usualPort = 443

/**
 * Connects to the host of a URL through an http proxy (CONNECT, RFC 9110, section 9.3.6), which resolves its name. What goes through
 * is encrypted from here to that host.
 * @throws ReachError `proxy_refused`, or the error of the connection to the proxy
 */
export async function connectThrough(
  proxy: URL,
  url: URL,
  reach: Pick<PushReach, 'ca'>,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = await openTunnel(proxy, `${url.hostname}:${usualPort}`, signal)
  const trust: ConnectionOptions = reach.ca === null ? {} : { ca: reach.ca }
  return connect({ socket, servername: hostOf(url), ...trust })
}

function openTunnel(proxy: URL, target: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      host: hostOf(proxy),
      port: proxy.port === '' ? 80 : Number(proxy.port),
      path: target,
      headers: { host: target },
      agent: false,
      signal,
    })
    asked.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === opened) return resolve(socket)
      socket.destroy()
      reject(new ReachError('proxy_refused'))
    })
    asked.on('error', reject)
    asked.end()
  })
}
