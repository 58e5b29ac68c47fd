/**
 * A chat page without a browser: it connects as htmx does, sends what the page's elements ask it to send, and knows from
 * the fragments what the page shows. It finds its way by searching text, as parsing HTML would cost more than the server.
 */
import { SocketClient } from './socket-client.mjs'
import { Voice } from './voice.mjs'

const row = '<li id="m-'
const report = `hx-vals='{"type":"message:status"`
const partial = '<hx-partial'
/** With this and its number the text of a message begins. */
const mark = 'life-'
const listPartial = '<hx-partial hx-target="#list"'

/** The text between two marks from a place on; '' if there is none. */
function between(text, before, after, from) {
  const start = text.indexOf(before, from)
  if (start < 0) return ''
  const end = text.indexOf(after, start + before.length)
  return end < 0 ? '' : text.slice(start + before.length, end)
}

/** How far a message has come, as a fragment about it says; '' if it says nothing of that. */
export function statusIn(text, id) {
  let status = ''
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + id.length)) {
    const start = text.lastIndexOf(partial, at)
    // A row says it in its article's tag, and the rows around it are of others.
    const isRow = text.startsWith(listPartial, start)
    const end = isRow ? text.indexOf('>', at) : text.indexOf('</hx-partial>', at)
    const about = text.slice(isRow ? at : start, end < 0 ? undefined : end)
    if (isRow ? about.includes('data-status="seen"') : /\bseen\b/i.test(about)) return 'seen'
    if (isRow ? about.includes('data-status="delivered"') : /\bdelivered\b/i.test(about)) status = 'delivered'
  }
  return status
}

/** The rows that a frame puts into the page: the message's id, its `seq`, the number in its text, and whose it is. */
export function rowsIn(text) {
  const rows = []
  for (let at = text.indexOf(row); at >= 0; ) {
    const next = text.indexOf(row, at + row.length)
    const number = text.indexOf(mark, at)
    if (number >= 0 && (next < 0 || number < next)) {
      rows.push({
        id: text.slice(at + row.length, text.indexOf('"', at + row.length)),
        seq: Number(between(text, 'data-seq="', '"', at)),
        number: Number(text.slice(number + mark.length, text.indexOf(' ', number))),
        isMine: !text.slice(at, text.indexOf('>', at)).includes('theirs'),
      })
    }
    at = next
  }
  return rows
}

/** The values that the page's elements send once htmx has shown them. */
export function reportsIn(text) {
  const reports = []
  for (let at = text.indexOf(report); at >= 0; at = text.indexOf(report, at + report.length)) {
    reports.push(text.slice(at + "hx-vals='".length, text.indexOf("'", at + report.length)))
  }
  return reports
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
    this.#send('seen', 'i#seen', { type: 'message:status', status: 'seen', messageId: id, inViewFrom: seq })
  }

  take(text) {
    for (const values of reportsIn(text)) this.#send('delivered', 'i', JSON.parse(values))
    for (const { isMine, number, ...message } of rowsIn(text)) {
      if (!isMine) this.onShown(number, message)
    }
    for (const id of this.awaited) {
      const status = statusIn(text, id)
      if (status) this.onStatus(id, status)
    }
  }

  #send(kind, source, values) {
    const headers = { 'HX-Request': 'true', 'HX-Source': source, 'HX-Current-URL': this.#current }
    this.say(kind, JSON.stringify({ ...values, headers }))
  }
}
