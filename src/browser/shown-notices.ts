/** Takes away what the service worker has shown of messages. */
export async function closeNotices(registration: ServiceWorkerRegistration): Promise<void> {
  for (const notice of await registration.getNotifications()) notice.close()
}
