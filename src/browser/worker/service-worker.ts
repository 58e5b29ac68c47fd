/**
 * The service worker: shows that there is a message while the site is closed. It answers no request of a page, and keeps
 * nothing.
 */
import { showBadge } from '../app-badge.js'

declare const self: ServiceWorkerGlobalScope
/** "You have a new message" in each language: `scripts/build.mjs` puts the sentences of the catalogue here. */
declare const sentences: Readonly<Record<string, string>>

const lang = new URL(self.location.href).searchParams.get('lang') ?? ''
const title = sentences[lang] ?? sentences.en ?? ''
/** That of the notices of pages too: there is never more than one. */
const tag = 'message'
const icons = { icon: '/static/icons/icon-192.png', badge: '/static/icons/icon-monochrome-192.png' }
/** For how long the server may take to say what is unread: browsers end a worker that takes long. */
const patienceMs = 5000
/** The pages with the list of chats. */
const hasList = /^\/(chats|people|settings)(\/|$)/

/** How many messages are unread; null where nobody can say, as without a connection or a session. */
async function readUnread(): Promise<number | null> {
  const answer = await fetch('/chats/unread', { signal: AbortSignal.timeout(patienceMs) }).catch(() => null)
  const said: unknown = answer?.ok ? await answer.json() : null
  return typeof said === 'object' && said !== null && 'unread' in said && typeof said.unread === 'number'
    ? said.unread
    : null
}

/** Counts at the icon what is unread, and takes the notice away where that is nothing. */
async function update(): Promise<void> {
  const unread = await readUnread()
  if (unread === null) return
  await showBadge(self.navigator, unread)
  if (unread > 0) return
  for (const notice of await self.registration.getNotifications({ tag })) notice.close()
}

/** Browsers want each push to be shown, so that this comes first. */
async function show(): Promise<void> {
  await self.registration.showNotification(title, { tag, lang, ...icons })
  await showBadge(self.navigator)
  await update()
}

async function openChats(): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const open = windows.find(({ url }) => hasList.test(new URL(url).pathname))
  if (open) await open.focus()
  else await self.clients.openWindow('/chats')
}

self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', event => event.waitUntil(update()))
self.addEventListener('push', event => event.waitUntil(show()))
self.addEventListener('notificationclick', event => {
  event.notification.close()
  event.waitUntil(openChats())
})
