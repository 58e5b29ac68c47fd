import { type Message, mostExcerpt, type Quote } from './chat/engine.js'
import { cutText } from './text-parts.js'

/** What a reply shows of the message that it answers. */
export function quoteOf({ id, seq, senderId, text, image, expiresAt }: Message): Quote {
  const isPicture = text === '' && image !== null
  return { id, seq, senderId, excerpt: excerptOf(isPicture ? image.alt : text), isPicture, expiresAt }
}

/** Without a regular expression, of which V8 would keep the text (see engines/memory/traces.ts). */
function excerptOf(text: string): string {
  const shown = text.trimStart()
  const end = shown.indexOf('\n')
  return cutText(end < 0 ? shown : shown.slice(0, end), mostExcerpt).trimEnd()
}
