import express, { type RequestHandler } from 'express'
import { type StrangerBodies, strangerBodyLimit } from './stranger-bodies.js'

/** What is posted to by whoever is not logged in. */
const entrance = /^\/(?:login|register|reset)(?:\/|$)/i

/**
 * Reads the forms that are posted: short ones of anybody at the log-in and the like; elsewhere those of members alone. Of
 * what anybody else posts nothing is read: it is answered from its headers.
 * @param limit bytes of a member's form
 */
export function formBodies(strangers: StrangerBodies, limit: number): RequestHandler {
  const readShort = strangers.reader(express.urlencoded({ extended: false, limit: strangerBodyLimit, inflate: false }))
  const read = express.urlencoded({ extended: false, limit })
  return (request, response, next) => {
    if (request.method !== 'POST') return next()
    if (entrance.test(request.path)) return readShort(request, response, next)
    return request.account ? read(request, response, next) : next()
  }
}
