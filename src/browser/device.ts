/** The switch in the settings that has this browser told of messages while the site is closed. A script of its own, loaded there alone. */
import { showBadge } from './app-badge.js'
import { closeNotices } from './shown-notices.js'
import { registerWorker, renewWorker } from './worker-registration.js'

/** What the page says of the switch, by the names of the sentences that it has. */
type State = 'on' | 'off' | 'waiting' | 'denied' | 'insecure' | 'none' | 'refused' | 'failed'
/** What came of a click: a state, or the words of a refusal. */
type Outcome = State | { readonly refusal: string }

/** The key of a subscription, as the server writes it: base64url. */
function keyOf({ options: { applicationServerKey } }: PushSubscription): string {
  const bytes = new Uint8Array(applicationServerKey ?? new ArrayBuffer(0))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Sends the form, which a script alone can fill in. */
function post(
  form: HTMLFormElement,
  address: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const body = new URLSearchParams(fields)
  for (const [name, value] of new FormData(form)) body.set(name, String(value))
  return fetch(address, { method: 'POST', body, headers: { accept: 'application/problem+json' } })
}

async function readRefusal(answer: Response): Promise<Outcome> {
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return 'failed'
  const problem: unknown = await answer.json()
  const isSaid = typeof problem === 'object' && problem !== null && 'title' in problem
  return isSaid && typeof problem.title === 'string' ? { refusal: problem.title } : 'failed'
}

const canBeTold = () =>
  isSecureContext && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

async function readState({ dataset }: HTMLFormElement): Promise<State> {
  if (!canBeTold()) return isSecureContext ? 'none' : 'insecure'
  const registration = await navigator.serviceWorker.getRegistration()
  if (registration) await renewWorker(registration)
  if (Notification.permission === 'denied') return 'denied'
  const subscription = await registration?.pushManager.getSubscription()
  const isTold = subscription && keyOf(subscription) === dataset.key
  // A subscription that another session has made is not this one's.
  return isTold && dataset.here !== undefined ? 'on' : 'off'
}

/** For how long a browser may take to reach its push service: where a network keeps it away, some try without end. */
const patienceMs = 30_000

/** Null where the browser has no push service for the page, as in a private window, or cannot reach it. */
async function subscribe(pushManager: PushManager, applicationServerKey: string): Promise<PushSubscription | null> {
  const isLate = new Promise<null>(resolve => setTimeout(resolve, patienceMs, null))
  try {
    return await Promise.race([pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }), isLate])
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}

async function switchOn(form: HTMLFormElement): Promise<Outcome> {
  const permission = await Notification.requestPermission()
  if (permission !== 'granted') return permission === 'denied' ? 'denied' : 'off'
  await registerWorker()
  const { pushManager } = await navigator.serviceWorker.ready
  // One of another session, or for another key of the server, must not be told any more.
  const old = await pushManager.getSubscription()
  await old?.unsubscribe()
  const subscription = await subscribe(pushManager, form.dataset.key ?? '')
  if (!subscription) return 'refused'
  const { endpoint = '', keys: { p256dh = '', auth = '' } = {} } = subscription.toJSON()
  const answer = await post(form, form.action, { endpoint, p256dh, auth })
  if (answer.status === 204) return 'on'
  await subscription.unsubscribe()
  return readRefusal(answer)
}

/** Leaves nothing in the browser: it is told nothing more, whether or not the server learns of it now. */
async function switchOff(form: HTMLFormElement): Promise<Outcome> {
  const registration = await navigator.serviceWorker.getRegistration()
  const subscription = await registration?.pushManager.getSubscription()
  await subscription?.unsubscribe()
  if (registration) await closeNotices(registration)
  await showBadge(navigator, 0)
  await registration?.unregister()
  await post(form, form.dataset.leave ?? '')
  return 'off'
}

async function offer(form: HTMLFormElement, button: HTMLElement, status: HTMLElement): Promise<void> {
  const { start = '', stop = '' } = button.dataset
  let isOn = false
  let isWaiting = false
  const show = (outcome: Outcome) => {
    if (outcome === 'on' || outcome === 'off') isOn = outcome === 'on'
    button.textContent = isOn ? stop : start
    const words = typeof outcome === 'string' ? (status.dataset[outcome] ?? '') : outcome.refusal
    // What the page said already is not said aloud again.
    if (status.textContent !== words) status.textContent = words
  }
  /** Shows what comes of something, which nothing else may overtake. */
  const wait = async (work: () => Promise<Outcome>) => {
    isWaiting = true
    try {
      show(await work())
    } catch (error) {
      show('failed')
      // What the browser, its push service or the line refuse.
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error
    } finally {
      isWaiting = false
    }
  }
  button.addEventListener('click', ({ detail }) => {
    // The second click of a double one would take the first back.
    if (isWaiting || detail > 1) return
    show('waiting')
    void wait(() => (isOn ? switchOff(form) : switchOn(form)))
  })
  await wait(() => readState(form))
  button.hidden = !canBeTold()
}

const form = document.getElementById('device')
const button = form?.querySelector('button')
const status = document.getElementById('device-status')
if (form instanceof HTMLFormElement && button && status) void offer(form, button, status)
