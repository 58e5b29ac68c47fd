import type { Router } from 'express'
import type { Context } from '../context.js'
import { accountOf, queryText } from '../http/request.js'
import { createRouter, type Route } from '../http/routes.js'
import { defaultLanguage, isLanguage } from '../languages.js'
import { webManifest } from '../rendering/web-manifest.js'
import { lightGuards } from './light-guards.js'

/** As long as icons are kept. */
const manifestCacheControl = 'public,max-age=86400'

/**
 * What a browser asks for by itself where the site is installed or tells of messages while it is closed: how the site is
 * installed, and how much is unread. (The service worker is a file.)
 */
export function appRoutes(context: Pick<Context, 'rooms' | 'sessions' | 'countLight' | 'countRequest'>): Router {
  // Browsers ask without cookies, so that the address says the language.
  const showManifest: Route['handle'] = (request, response) => {
    const asked = queryText(request, 'lang')
    const manifest = webManifest(isLanguage(asked) ? asked : defaultLanguage)
    response.type('application/manifest+json').set('Cache-Control', manifestCacheControl).send(JSON.stringify(manifest))
  }

  /** How many messages are unread: by it the service worker takes back what it has shown. */
  const countUnread: Route['handle'] = async (request, response) => {
    const { id } = accountOf(request)
    // It is small for a browser, but asks the engine for as much as a page.
    await context.countRequest(id)
    const { totalUnread } = await context.rooms.reads.listRooms(id, { limit: 1 })
    response.json({ unread: totalUnread })
  }

  const limit = 'lightRequests'
  const routes: Route[] = [
    { method: 'get', path: '/manifest.webmanifest', access: 'anyone', limit, handle: showManifest },
    { method: 'get', path: '/chats/unread', limit, handle: countUnread },
  ]
  return createRouter(routes, lightGuards(context))
}
