#!/usr/bin/env node
/**
 * A voice for speech-dispatcher that makes no sound: it tells the socket at SILENT_VOICE every text when it begins, ends, or is cut
 * off, and takes as long as speech would, at the characters a second that the socket tells it. It speaks the protocol of output modules.
 * Source: https://htmlpreview.github.io/?https://github.com/brailcom/speechd/blob/master/doc/speech-dispatcher.html#Output-Modules
 */
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const listener = connect(process.env.SILENT_VOICE ?? '')
let charactersASecond = 40
createInterface({ input: listener }).on('line', line => {
  charactersASecond = Number(line)
})
const tell = (what, text) => listener.write(`${JSON.stringify({ what, text })}\n`)
const answer = line => process.stdout.write(`${line}\n`)

let spoken = null

function end(what) {
  if (!spoken) return
  clearTimeout(spoken.timer)
  tell(what, spoken.text)
  spoken = null
  answer(what === 'cut' ? '703 STOP' : '702 END')
}

function speak(markup) {
  const text = markup
    .replace(/<[^>]*>/g, '')
    .replace(/&(\w+);/g, (whole, name) => entities[name] ?? whole)
    .trim()
  end('cut')
  answer('200 OK SPEAKING')
  answer('701 BEGIN')
  spoken = { text, timer: setTimeout(end, (1000 * text.length) / charactersASecond, 'end') }
  tell('begin', text)
}

/** What comes in lines up to one of a dot alone, by the command before it: what to answer first, and what to do with it. */
const blocks = {
  SPEAK: ['202 OK RECEIVING MESSAGE', speak],
  CHAR: ['202 OK RECEIVING MESSAGE', speak],
  KEY: ['202 OK RECEIVING MESSAGE', speak],
  SOUND_ICON: ['202 OK RECEIVING MESSAGE', speak],
  SET: ['203 OK RECEIVING SETTINGS', () => answer('203 OK SETTINGS RECEIVED')],
  AUDIO: ['207 OK RECEIVING AUDIO SETTINGS', () => answer('203 OK AUDIO INITIALIZED')],
  LOGLEVEL: ['207 OK RECEIVING LOGLEVEL SETTINGS', () => answer('203 OK LOG LEVEL SET')],
}
const commands = {
  INIT: () => {
    answer('299-This voice is silent')
    answer('299 OK LOADED SUCCESSFULLY')
  },
  STOP: () => end('cut'),
  PAUSE: () => end('cut'),
  'LIST VOICES': () => {
    answer('200-silent\ten\tnone')
    answer('200 OK VOICE LIST SENT')
  },
  QUIT: () => {
    answer('210 OK QUIT')
    process.exit()
  },
}

let lines = null
let takeBlock = () => {}
createInterface({ input: process.stdin })
  .on('line', line => {
    if (lines && line === '.') {
      const text = lines.join('\n')
      lines = null
      takeBlock(text)
    } else if (lines) lines.push(line.replace(/^\.\./, '.'))
    else if (blocks[line]) {
      const [ready, take] = blocks[line]
      lines = []
      takeBlock = take
      answer(ready)
    } else if (commands[line]) commands[line]()
    else if (line.startsWith('DEBUG')) answer('200 OK DEBUGGING')
    else answer('300 ERR UNKNOWN COMMAND')
  })
  .on('close', () => process.exit())
