/** What a page of chats needs once it is used. A script of its own, loaded once the page is there. */
import { anchorList } from './list-anchor.js'
import { watchMenus } from './menus.js'
import { watchField } from './message-field.js'
import { watchOptions } from './message-options.js'
import { watchMotion } from './motion.js'
import { watchUnseen } from './seen-loader.js'
import { watchTicks } from './ticks.js'

export { showDrafts } from './list-drafts.js'
export { watchPictures } from './picture-loader.js'
export { keepReply } from './replies.js'

/** Watches all that a page with the messages of a chat shows. */
export function watchChat(messages: HTMLElement): void {
  anchorList(messages)
  watchUnseen(messages)
  watchTicks(messages)
  watchOptions(messages)
  watchMenus()
  watchMotion()
  watchField()
}
