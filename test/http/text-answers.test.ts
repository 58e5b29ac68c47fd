import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { sendText } from '#src/http/text-answers.js'
import { partLength } from '#src/text-parts.js'
import { serveApp } from '../support/served-app.js'

/** Serves a text at every address, and resolves with the answer to a request with these headers. */
async function ask(text: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const app = express().use((request, response) => sendText(request, response, Buffer.from(text)))
  const [answer] = await once(get(await serveApp(app), { headers, agent: false }), 'response')
  return answer
}

const texts: [what: string, text: string][] = [
  ['of one part', 'ä'],
  ['of whole parts', 'x'.repeat(2 * partLength)],
  ['of more than is compressed slowly', '<p>äß</p>'.repeat(10_000)],
]

describe.each(texts)('a text %s', (_what, text) => {
  it('comes whole, with its length, in HTML', async () => {
    const answer = await ask(text, {})
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
    })
    expect((await buffer(answer)).toString() === text).toBe(true)
  })

  it.each([
    ['gzip, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
  ] as const)('is compressed for who takes %s, by %s', async (taken, coding, unpack) => {
    const answer = await ask(text, { 'accept-encoding': taken })
    expect(answer.headers['content-encoding']).toBe(coding)
    const bytes = await buffer(answer)
    expect(answer.headers['content-length']).toBe(String(bytes.length))
    expect(unpack(bytes).toString() === text).toBe(true)
  })

  it.each(['deflate', 'br;q=0', 'identity'])('is not for who takes %s', async encoding => {
    const answer = await ask(text, { 'accept-encoding': encoding })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect((await buffer(answer)).toString() === text).toBe(true)
  })
})

it('waits for its reader, who gets all of it in the end', async () => {
  const text = 'x'.repeat(20_000_000)
  const answer = await ask(text, {})
  await delay(50)
  expect((await buffer(answer)).length).toBe(text.length)
})
