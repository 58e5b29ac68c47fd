/** What a page of chats needs once it is used. A script of its own, loaded once the page is there. */
import { anchorList } from './list-anchor.js'
import { watchList } from './list-scroll.js'
import { keepMenu, watchMenus } from './menus.js'
import { watchField } from './message-field.js'
import { watchUses } from './options-loader.js'
import { watchRows } from './rows.js'
import { watchUnseen } from './seen-loader.js'
import { forgetSpoken } from './spoken-words.js'
import { watchTicks } from './ticks.js'

export { watchEnd } from './chat-end.js'
export { showDrafts } from './list-drafts.js'
export { watchPictures } from './picture-loader.js'
export { keepReply } from './replies.js'

forgetSpoken()

/**
 * Watches all that a page with the messages of a chat shows.
 * @param menu the menu of a message that the server has opened, as where the script of the options could not be loaded
 */
export function watchChat(messages: HTMLElement, menu: Element | null): void {
  anchorList(messages)
  watchUnseen(messages)
  watchTicks(messages)
  const list = document.getElementById('list')
  if (list) {
    watchList(messages, list)
    watchRows(list)
  }
  watchUses(messages)
  watchMenus()
  if (menu) keepMenu(menu)
  watchField()
  // How many messages are new is for whoever comes in: it would be said again of those that were read long ago.
  const forgetNew = () => document.getElementById('main')?.setAttribute('aria-labelledby', 'with')
  addEventListener('focusout', forgetNew, { once: true })
}
