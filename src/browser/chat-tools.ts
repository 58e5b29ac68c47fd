/** What a page of chats needs once it is used. A script of its own, loaded once the page is there. */
import './message-field.js'

export { anchorList } from './list-anchor.js'
export { showDrafts } from './list-drafts.js'
export { watchMenus } from './menus.js'
export { watchOptions } from './message-options.js'
export { watchMotion } from './motion.js'
export { watchPictures } from './picture-loader.js'
export { keepReply } from './replies.js'
export { watchUnseen } from './seen-loader.js'
export { watchTicks } from './ticks.js'
