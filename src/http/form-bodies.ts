import express, { type RequestHandler, Router } from 'express'
import { type HeldBodies, strangerBodyLimit } from './held-bodies.js'
import { lightPosts } from './request-limits.js'

/** What is posted to by whoever is not logged in. */
const entrance = /^\/(?:login|register|reset)(?:\/|$)/i
/** Percent-encoding writes a UTF-16 unit as nine bytes at most; a page over the limit for messages must still arrive. */
const bytesPerUnit = 12
const smallestFormLimit = 1_048_576
/** Bytes of what a page posts by itself: a few ids and words. */
const lightFormLimit = 16_384

export interface FormBodiesDeps {
  readonly strangerBodies: HeldBodies
  readonly memberBodies: HeldBodies
}

/** Bytes of a member's form, where a message may have so many characters. */
export function formLimitOf(messageMaxLength: number): number {
  return Math.max(smallestFormLimit, bytesPerUnit * messageMaxLength)
}

/**
 * Reads the forms that are posted: short ones of anybody at the log-in and the like; elsewhere those of members alone, and
 * only short ones where pages post by themselves. Of what anybody else posts nothing is read: it is answered from its
 * headers.
 * @param limit bytes of a member's form
 */
export function formBodies({ strangerBodies, memberBodies }: FormBodiesDeps, limit: number): RequestHandler {
  const formOf = (bodies: HeldBodies, most: number) =>
    bodies.reader(express.urlencoded({ extended: false, limit: most, inflate: false }), most)
  const readOfStranger = formOf(strangerBodies, strangerBodyLimit)
  const ofMember = Router().post(lightPosts, formOf(memberBodies, lightFormLimit))
  ofMember.post('/{*path}', formOf(memberBodies, limit))
  return (request, response, next) => {
    if (request.method !== 'POST') return next()
    if (entrance.test(request.path)) return readOfStranger(request, response, next)
    return request.account && request.is('urlencoded') ? ofMember(request, response, next) : next()
  }
}
