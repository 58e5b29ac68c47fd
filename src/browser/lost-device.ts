/**
 * Hands the device of this browser to the session of the page, where the server has lost the one that it belonged to, as by a
 * restart: so it ends with the next log-out. A script of its own, loaded only where the person has a device that no session of this
 * browser has.
 */
const unknown = 404

async function moveDevice(): Promise<void> {
  // Browsers have it over https only.
  const registration = await navigator.serviceWorker?.getRegistration()
  const subscription = await registration?.pushManager?.getSubscription()
  const token = document.querySelector<HTMLInputElement>('[name="_csrf"]')
  if (!subscription || !token) return
  const body = new URLSearchParams({ _csrf: token.value, endpoint: subscription.endpoint })
  const { status } = await fetch('/settings/devices/move', { method: 'POST', body })
  // Somebody else's, who was logged in here: they are told here no more.
  if (status === unknown) await subscription.unsubscribe()
}

void moveDevice()
