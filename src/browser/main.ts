import { watchComposer } from './composer.js'
import { keepConnected } from './connection.js'
import { watchEarlier } from './earlier.js'
import { expireInTime } from './expiry.js'
import { rescueFocus } from './focus.js'
import { leaveEmpty, letLeave } from './leaving.js'
import { reverseList } from './list-scroll.js'
import { importAtLast, importing } from './module-import.js'
import { openStorage } from './sealed-storage.js'
import { watchLogOut, watchSessionEnd } from './session-end.js'
import { outdateState } from './shown-state.js'
import { keepSide } from './side.js'
import { allowHtmx } from './trusted-types.js'
import { tellZone } from './zone.js'

allowHtmx()
tellZone()

const storage = openStorage()

const live = document.getElementById('live')
const messages = document.getElementById('messages')
const { tools = '' } = live?.dataset ?? {}
const tooling = new Promise<typeof import('./chat-tools.js')>(resolve => {
  if (tools) addEventListener('load', () => importAtLast(importing<typeof import('./chat-tools.js')>(tools), resolve))
})

const connection = live && keepConnected(live)
if (storage && connection) {
  watchComposer(live, connection, storage, outbox => tooling.then(({ watchPictures }) => watchPictures(outbox)))
  void tooling.then(({ watchEnd }) => watchEnd(live, letLeave))
  void storage.then(opened => {
    watchSessionEnd(opened, live)
    void tooling.then(({ keepReply, showDrafts }) => {
      keepReply(opened)
      showDrafts(opened)
    })
  })
  rescueFocus(live)
}
if (messages) {
  document.getElementById('new')?.scrollIntoView({ block: 'nearest' })
  reverseList(messages)
  const menu = messages.querySelector('.message-menu')
  void tooling.then(({ watchChat }) => watchChat(messages, menu))
  watchEarlier(messages)
}
expireInTime(() => {
  if (!connection) return
  outdateState(live)
  if (connection.isOpen()) connection.renew()
})
// The server was restarted and the person has logged in again: the chat goes on by itself.
document.querySelector<HTMLFormElement>('form[data-goes-on]')?.requestSubmit()
keepSide()
// After what notes, as the page leaves, what it shows.
if (storage) leaveEmpty()
watchLogOut(() => connection?.rest())
const { help } = document.body.dataset
if (help) importAtLast(importing(help))
