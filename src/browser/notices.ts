/** Sounds and desktop notifications. A script of its own, loaded only if a setting asks for it. */
import { watchUnread } from './unread-count.js'

/** Two tones each, in hertz: rising for what arrives, falling for what is sent. */
const tones = { theirs: [659, 880], mine: [587, 440] } as const
const toneSeconds = 0.09
const volume = 0.12

let audio: AudioContext | undefined

/** Browsers play nothing until the person has used the page: until then this is silent. */
function play(whose: keyof typeof tones): void {
  audio ??= new AudioContext()
  const { destination, currentTime } = audio
  for (const [index, frequency] of tones[whose].entries()) {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()]
    const at = currentTime + index * toneSeconds
    tone.frequency.value = frequency
    gain.gain.setValueAtTime(volume, at)
    // Without a fade, each tone ends with a click.
    gain.gain.exponentialRampToValueAtTime(0.001, at + toneSeconds)
    tone.connect(gain).connect(destination)
    tone.start(at)
    tone.stop(at + toneSeconds)
  }
}

/** Says that there is a message but never what it says: the system keeps notifications where we cannot remove them. */
function notify(words: string): void {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted' || document.hasFocus()) return
  try {
    const notification = new Notification(words, { tag: 'message', silent: true })
    notification.addEventListener('click', () => window.focus())
    addEventListener('focus', () => notification.close(), { once: true })
  } catch (error) {
    // Browsers on phones need a service worker for this, which would outlive the page.
    if (!(error instanceof TypeError)) throw error
  }
}

function watchMessages(live: HTMLElement): void {
  const sounds = live.dataset.sounds?.split(' ') ?? []
  const list = document.getElementById('list')
  watchUnread((unread, before) => {
    if (unread <= before) return
    if (sounds.includes('theirs')) play('theirs')
    if (live.dataset.notice) notify(live.dataset.notice)
  })
  if (list && sounds.includes('mine')) {
    new MutationObserver(changes => {
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes])
      if (added.some(node => node instanceof Element && node.matches('.mine'))) play('mine')
    }).observe(list, { childList: true })
  }
}

/** The button in the settings that asks the browser for permission. */
function askOnPress(button: HTMLElement): void {
  const status = document.getElementById('allowed')
  const show = () => {
    const state = typeof Notification === 'undefined' ? 'none' : Notification.permission
    if (status) status.textContent = status.dataset[state] ?? ''
    button.hidden = state !== 'default'
  }
  button.addEventListener('click', () => {
    // What comes of the click is said aloud. What the page finds when it is loaded is not.
    status?.setAttribute('role', 'status')
    void Notification.requestPermission().then(show)
  })
  show()
  // The switch below asks for the same.
  void navigator.permissions
    ?.query({ name: 'notifications' })
    .then(permission => permission.addEventListener('change', show))
}

const live = document.getElementById('live')
if (live) watchMessages(live)
const button = document.getElementById('allow')
if (button) askOnPress(button)
