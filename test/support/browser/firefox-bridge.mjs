#!/usr/bin/env node
/**
 * Stands for Firefox before Playwright, which tells every browser at once which colour scheme to emulate, or none. Firefox ESR does
 * not know that command, and Playwright would give it up. Starts the Firefox at FIREFOX_PATH, passes everything on, and answers that
 * command itself where no scheme is to be emulated; where one is, Firefox refuses.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import WebSocket, { WebSocketServer } from 'ws'

const emulatesNothing = ({ method, params }) =>
  method === 'emulation.setMediaFeaturesOverride' && params.features['prefers-color-scheme'] === null
const firefox = spawn(process.env.FIREFOX_PATH ?? 'firefox-esr', process.argv.slice(2), {
  stdio: ['ignore', 'inherit', 'pipe'],
})
firefox.on('exit', code => process.exit(code ?? 1))
process.on('exit', () => firefox.kill('SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => firefox.kill(signal))

createInterface({ input: firefox.stderr }).on('line', line => {
  const [whole, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? []
  if (!address) return void console.error(line)
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (client, { url }) => bridge(client, new WebSocket(address + url)))
  server.on('listening', () => {
    console.error(whole.replace(address, `ws://127.0.0.1:${server.address().port}`))
  })
})

function bridge(client, browser) {
  const waiting = []
  client.on('message', data => {
    const text = data.toString()
    const command = JSON.parse(text)
    if (emulatesNothing(command)) client.send(JSON.stringify({ type: 'success', id: command.id, result: {} }))
    else if (browser.readyState === WebSocket.OPEN) browser.send(text)
    else waiting.push(text)
  })
  browser.on('open', () => {
    for (const text of waiting) browser.send(text)
  })
  browser.on('message', data => client.send(data.toString()))
  browser.on('close', () => client.close())
  client.on('close', () => browser.close())
}
