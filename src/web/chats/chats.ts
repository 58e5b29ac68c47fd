import type { Context } from '../../context.js'
import type { Route } from '../../http/routes.js'
import { chatListPages } from './chat-list-pages.js'
import { chatPages } from './chat-pages.js'
import { chatSender } from './chat-view.js'
import { framePosts } from './frame-posts.js'
import { goneChats } from './gone-chats.js'
import { imagePages } from './image-pages.js'
import { lifetimePages } from './lifetime-pages.js'
import { messagePages } from './message-pages.js'

/** Everything that pages do with chats, except for the event streams. */
export function chatRoutes(context: Context): Route[] {
  const gone = goneChats(context)
  const sendChat = chatSender(context, gone)
  // The first route that matches answers: /chats/frames must come before /chats/:room.
  const inRooms = [
    ...framePosts(context),
    ...chatPages(context, sendChat),
    ...messagePages(context, sendChat),
    ...lifetimePages(context, sendChat),
  ]
  return [
    ...chatListPages(context, sendChat, gone),
    ...inRooms.map(route => ({ ...route, onError: [...(route.onError ?? []), gone.show] })),
    ...imagePages(context),
  ]
}
