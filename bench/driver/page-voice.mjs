/**
 * A chat page without a browser: it connects as htmx does, sends what the page's elements ask it to send, and knows from
 * the fragments what the page shows. It finds its way by searching text, as parsing HTML would cost more than the server.
 */
import { SocketClient } from './socket-client.mjs'
import { Voice } from './voice.mjs'

const row = '<li id="m-'
/** With this and its number the text of a message begins. */
const mark = 'life-'

/** The text between two marks from a place on; '' if there is none. */
function between(text, before, after, from) {
  const start = text.indexOf(before, from)
  if (start < 0) return ''
  const end = text.indexOf(after, start + before.length)
  return end < 0 ? '' : text.slice(start + before.length, end)
}

/** How far a message has come, as its tick in a frame says; '' if none is in it. */
export function statusIn(text, id) {
  return between(text, `id="s-${id}" class="status `, '"', 0)
}

/**
 * The rows that a frame puts into the page: the message's id, its `seq`, the number in its text, whose it is, and whether the
 * page has to report that it was delivered.
 */
export function rowsIn(text) {
  const rows = []
  for (let at = text.indexOf(row); at >= 0; ) {
    const next = text.indexOf(row, at + row.length)
    const number = text.indexOf(mark, at)
    if (number >= 0 && (next < 0 || number < next)) {
      const head = text.slice(at, number)
      rows.push({
        id: text.slice(at + row.length, text.indexOf('"', at + row.length)),
        seq: Number(between(text, 'data-seq="', '"', at)),
        number: Number(text.slice(number + mark.length, text.indexOf(' ', number))),
        isMine: !head.includes('theirs'),
        isUndelivered: head.includes('data-undelivered'),
      })
    }
    at = next
  }
  return rows
}

/** An open chat page of a person. */
export class PageVoice extends Voice {
  #current

  /** @param {string} current the address of the page, which htmx sends along */
  constructor(socket, current) {
    super(socket)
    this.#current = current
  }

  /**
   * Opens the page of a chat and its socket.
   * @param {import('./people.mjs').People} people
   * @param {string} roomId
   * @param {import('./people.mjs').Person} person
   */
  static async open(people, roomId, person) {
    const address = await people.addressOf(roomId, person)
    const socket = await SocketClient.open(address, { headers: { cookie: person.cookie } })
    return new PageVoice(socket, `${address.origin}/chats/${roomId}`)
  }

  /** Sends a message as the form of its bubble does. */
  sendText(content, number) {
    const fields = { content, nonce: `n${number}`, imageId: '', replyTo: '' }
    this.#send('send', 'form', { type: 'message:send', ...fields })
  }

  /** Reports that a message has come into view, as src/browser/seen.ts does, but at once. */
  reportSeen({ id, seq }) {
    this.#report('seen', id, { inViewFrom: seq })
  }

  take(text) {
    const rows = rowsIn(text).filter(({ isMine }) => !isMine)
    // As src/browser/seen.ts does, of the newest, which covers those before it.
    const newest = rows.findLast(({ isUndelivered }) => isUndelivered)
    if (newest) this.#report('delivered', newest.id)
    for (const { number, id, seq } of rows) this.onShown(number, { id, seq })
    for (const id of this.awaited) {
      const status = statusIn(text, id)
      if (status === 'delivered' || status === 'seen') this.onStatus(id, status)
    }
  }

  #report(status, messageId, more = {}) {
    this.#send(status, `i#${status}`, { type: 'message:status', status, messageId, ...more })
  }

  #send(kind, source, values) {
    const headers = { 'HX-Request': 'true', 'HX-Source': source, 'HX-Current-URL': this.#current }
    this.say(kind, JSON.stringify({ ...values, headers }))
  }
}
