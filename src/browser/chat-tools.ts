/** What a chat page needs once it is used. A script of its own, loaded once the page is there. */
export { watchOptions } from './message-options.js'
export { watchPictures } from './picture-loader.js'
