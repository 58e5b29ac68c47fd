/** What a page of chats needs once it is used. A script of its own, loaded once the page is there. */
import { anchorList } from './list-anchor.js'
import { watchList } from './list-scroll.js'
import { watchMenus } from './menus.js'
import { watchField } from './message-field.js'
import { watchMinutes } from './minutes.js'
import { watchMotion } from './motion.js'
import { watchUses } from './options-loader.js'
import { watchUnseen } from './seen-loader.js'
import { watchTicks } from './ticks.js'

export { watchEnd } from './chat-end.js'
export { showDrafts } from './list-drafts.js'
export { watchPictures } from './picture-loader.js'
export { keepReply } from './replies.js'

/** Watches all that a page with the messages of a chat shows. */
export function watchChat(messages: HTMLElement): void {
  anchorList(messages)
  watchList(messages)
  watchUnseen(messages)
  watchTicks(messages)
  const list = document.getElementById('list')
  if (list) watchMinutes(list)
  watchUses(messages)
  watchMenus()
  watchMotion()
  watchField()
}
