import type { Request } from 'express'
import type { Config } from '../config.js'

/** The origin at which people reach this server, for links to it: PUBLIC_URL, and without it what a request was sent to. */
export function ownOrigin(
  request: Pick<Request, 'protocol' | 'get'>,
  { publicUrl }: Pick<Config, 'publicUrl'>,
): string {
  return publicUrl?.origin ?? `${request.protocol}://${request.get('host')}`
}
