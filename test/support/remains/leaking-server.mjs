/** The real server, which keeps what people send in memory, writes it to a file and logs it: a check has to notice. */
import { appendFileSync } from 'node:fs'

const kept = []
const { parse } = JSON
JSON.parse = (text, reviver) => {
  if (String(text).includes('canary')) {
    kept.push(text)
    appendFileSync('kept.txt', text)
    process.stdout.write(`${text}\n`)
  }
  return parse(text, reviver)
}
await import('#src/main.js')
