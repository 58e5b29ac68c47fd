import { watchEnd } from './chat-end.js'
import { watchComposer } from './composer.js'
import { keepConnected } from './connection.js'
import { watchEarlier } from './earlier.js'
import { expireInTime } from './expiry.js'
import { rescueFocus } from './focus.js'
import { watchList } from './list-keys.js'
import { watchPictures } from './picture-loader.js'
import { outdateState } from './shown-state.js'
import { allowHtmx } from './trusted-types.js'
import { tellZone } from './zone.js'

allowHtmx()
tellZone()

for (const form of document.querySelectorAll('[data-end]')) {
  form.addEventListener('submit', event => {
    event.preventDefault()
    document.querySelector<HTMLDialogElement>('#end')?.showModal()
  })
}

for (const summary of document.querySelectorAll('summary')) {
  summary.nextElementSibling?.addEventListener('submit', () => {
    summary.focus()
    summary.click()
  })
}

const live = document.getElementById('live')
const connection = live && keepConnected(live)
if (connection) {
  const outbox = watchComposer(live, connection)
  if (outbox) {
    watchEnd(live)
    watchPictures(outbox)
  }
  rescueFocus(live)
}
const messages = document.getElementById('messages')
if (messages) {
  watchList(messages)
  watchEarlier(messages)
}
expireInTime(() => {
  if (!connection) return
  outdateState(live)
  if (connection.isOpen()) connection.renew()
})
// The server was restarted and the person has logged in again: the chat goes on by itself.
document.querySelector<HTMLFormElement>('form[data-goes-on]')?.requestSubmit()

for (const form of document.querySelectorAll<HTMLFormElement>('form[action="/logout"]')) {
  form.addEventListener('submit', () => {
    sessionStorage.clear()
    connection?.leave()
  })
}
