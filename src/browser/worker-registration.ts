/** A worker knows no language but by its address. */
const address = () => `/service-worker.js?lang=${document.documentElement.lang}`

let policy: TrustedTypePolicy | undefined

/** Registers the service worker in the language of the page. */
export function registerWorker(): Promise<ServiceWorkerRegistration> {
  if (typeof trustedTypes === 'undefined') return navigator.serviceWorker.register(address())
  policy ??= trustedTypes.createPolicy('worker', { createScriptURL: address })
  return navigator.serviceWorker.register(policy.createScriptURL(''))
}

/** Registers it again where it speaks another language than the page. */
export async function renewWorker({ active }: ServiceWorkerRegistration): Promise<void> {
  if (active && !active.scriptURL.endsWith(address())) await registerWorker()
}
