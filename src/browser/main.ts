import { watchEnd } from './chat-end.js'
import { watchComposer } from './composer.js'
import { keepConnected } from './connection.js'
import { watchEarlier } from './earlier.js'
import { expireInTime } from './expiry.js'
import { rescueFocus } from './focus.js'
import { watchList } from './list-keys.js'
import { importAtLast, importing } from './module-import.js'
import { watchMotion } from './motion.js'
import { watchPictures } from './picture-loader.js'
import { openStorage } from './sealed-storage.js'
import { watchUnseen } from './seen-loader.js'
import { watchLogOut, watchSessionEnd } from './session-end.js'
import { outdateState } from './shown-state.js'
import { keepSide } from './side.js'
import { allowHtmx } from './trusted-types.js'
import { tellZone } from './zone.js'

allowHtmx()
tellZone()

const storage = openStorage()

const options = document.getElementById('options')
options?.addEventListener('submit', event => {
  // This gives the focus back to its button, and the dialog gives it back to where it was.
  options.hidePopover()
  if (!(event.target instanceof Element && event.target.matches('[data-end]'))) return
  event.preventDefault()
  document.querySelector<HTMLDialogElement>('#end')?.showModal()
})

const live = document.getElementById('live')
const connection = live && keepConnected(live)
if (storage && connection) {
  const outbox = watchComposer(live, connection, storage)
  if (outbox) {
    watchEnd(live)
    void outbox.then(watchPictures)
  }
  void storage.then(opened => watchSessionEnd(opened, live))
  rescueFocus(live)
}
const messages = document.getElementById('messages')
if (messages) {
  document.getElementById('new')?.scrollIntoView({ block: 'nearest' })
  watchUnseen(messages)
  watchList(messages)
  addEventListener('load', () => {
    const load = importing<typeof import('./message-options.js')>(messages.dataset.options ?? '')
    if (messages.dataset.options) importAtLast(load, ({ watchOptions }) => watchOptions(messages))
  })
  watchEarlier(messages)
  watchMotion()
}
expireInTime(() => {
  if (!connection) return
  outdateState(live)
  if (connection.isOpen()) connection.renew()
})
// The server was restarted and the person has logged in again: the chat goes on by itself.
document.querySelector<HTMLFormElement>('form[data-goes-on]')?.requestSubmit()
keepSide()
watchLogOut(() => connection?.rest())
const { help } = document.body.dataset
if (help) void import(help)
