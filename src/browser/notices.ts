/** Sounds and desktop notifications. A file of its own, loaded where a setting asks for it. */

/** Two tones each, in hertz: what comes rises, what goes falls. */
const tones = { theirs: [659, 880], mine: [587, 440] } as const
const toneSeconds = 0.09
const volume = 0.12

let audio: AudioContext | undefined

/** Before the person has touched the page a browser plays nothing, and this is silent. */
function play(whose: keyof typeof tones): void {
  audio ??= new AudioContext()
  const { destination, currentTime } = audio
  for (const [index, frequency] of tones[whose].entries()) {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()]
    const at = currentTime + index * toneSeconds
    tone.frequency.value = frequency
    gain.gain.setValueAtTime(volume, at)
    // Without a fade each tone ends in a click.
    gain.gain.exponentialRampToValueAtTime(0.001, at + toneSeconds)
    tone.connect(gain).connect(destination)
    tone.start(at)
    tone.stop(at + toneSeconds)
  }
}

/** Says that there is a message and never what it says: notifications are kept outside of our reach. */
function notify(words: string): void {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted' || document.hasFocus()) return
  try {
    const notification = new Notification(words, { tag: 'message', silent: true })
    notification.addEventListener('click', () => window.focus())
    addEventListener('focus', () => notification.close(), { once: true })
  } catch (error) {
    // Browsers of phones show none without a service worker, which would outlive the page.
    if (!(error instanceof TypeError)) throw error
  }
}

/** The number of unread messages in the title goes up with every message of another's, whichever chat it is in. */
const countUnread = () => Number(/^\((\d+)\)/.exec(document.title)?.[1] ?? 0)

function watchMessages(live: HTMLElement): void {
  const sounds = live.dataset.sounds?.split(' ') ?? []
  const title = document.querySelector('title')
  const list = document.getElementById('list')
  let unread = countUnread()
  if (title) {
    new MutationObserver(() => {
      const before = unread
      unread = countUnread()
      if (unread <= before) return
      if (sounds.includes('theirs')) play('theirs')
      if (live.dataset.notice) notify(live.dataset.notice)
    }).observe(title, { childList: true, characterData: true, subtree: true })
  }
  if (list && sounds.includes('mine')) {
    new MutationObserver(changes => {
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes])
      if (added.some(node => node instanceof Element && node.matches('.mine'))) play('mine')
    }).observe(list, { childList: true })
  }
}

/** The button of the settings by which a browser is asked. */
function askOnPress(button: HTMLElement): void {
  const status = document.getElementById('allowed')
  const show = () => {
    const state = typeof Notification === 'undefined' ? 'none' : Notification.permission
    if (status) status.textContent = status.dataset[state] ?? ''
    button.hidden = state !== 'default'
  }
  button.addEventListener('click', () => void Notification.requestPermission().then(show))
  show()
}

const live = document.getElementById('live')
if (live) watchMessages(live)
const button = document.getElementById('allow')
if (button) askOnPress(button)
