import express, { type RequestHandler } from 'express'
import { requireAccount } from './errors.js'
import { type StrangerBodies, strangerBodyLimit } from './stranger-bodies.js'

/** What is posted to by whoever is not logged in. */
const entrance = /^\/(?:login|register|reset)(?:\/|$)/i

/**
 * Reads the forms that are posted: short ones of anybody at the log-in and the like; elsewhere those of members alone. What
 * anybody else posts is answered before a byte of it is read.
 * @param limit bytes of a member's form
 */
export function formBodies(strangers: StrangerBodies, limit: number): RequestHandler {
  const readShort = strangers.reader(express.urlencoded({ extended: false, limit: strangerBodyLimit, inflate: false }))
  const read = express.urlencoded({ extended: false, limit })
  return (request, response, next) => {
    if (request.method !== 'POST') return next()
    if (entrance.test(request.path)) return readShort(request, response, next)
    return requireAccount(request, response, () => read(request, response, next))
  }
}
