/**
 * Keeps true what the service worker has shown, as long as a page is open: the badge counts what is unread, and the notice goes
 * once that is nothing, or the person logs out. A script of its own, loaded only where the session has a device.
 */
import { showBadge } from './app-badge.js'
import { closeNotices } from './shown-notices.js'
import { countUnread, watchUnread } from './unread-count.js'
import { renewWorker } from './worker-registration.js'

async function keepNotices(): Promise<void> {
  // Browsers have it over https only.
  const registration = await navigator.serviceWorker?.getRegistration()
  if (!registration) return
  const show = (unread: number) => {
    void showBadge(navigator, unread)
    if (unread === 0) void closeNotices(registration)
  }
  show(countUnread())
  watchUnread(show)
  for (const form of document.querySelectorAll('[data-logout]')) form.addEventListener('submit', () => show(0))
  // The page with the switch has a script that does so: only one may make a policy of that name.
  if (!document.getElementById('device')) await renewWorker(registration)
}

void keepNotices()
