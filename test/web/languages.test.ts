import { afterAll, beforeAll, expect, it } from 'vitest'
import { languages, traitsOf } from '#src/languages.js'
import { translator } from '#src/rendering/sentences.js'
import { newPair } from '../support/crowd.js'
import { EventStream } from '../support/event-stream.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const asking = (language: string) => ({ headers: { 'accept-language': language } })
const languageOf = async (client: HttpClient, path: string, asked = '') => {
  const response = await client.get(path, asked ? asking(asked) : {})
  const [, lang] = /<html lang="(\w+)" dir="\w+"/.exec(await response.text()) ?? []
  expect(response.headers.get('content-language')).toBe(lang)
  return lang
}

it.each([
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['fr-FR, es-MX;q=0.8, en;q=0.5', 'es'],
  ['ar-EG', 'ar'],
  ['en-GB,de;q=0.9', 'en'],
  ['fr, ja;q=0.5', 'en'],
  ['de;q=0, *', 'en'],
  ['\u00e4;q=nonsense,,;', 'en'],
])('answers %s before log-in in %s', async (asked, language) => {
  const visitor = new HttpClient(server.url)
  expect(await languageOf(visitor, '/login', asked)).toBe(language)
  expect(await languageOf(visitor, '/nowhere/at/all', asked)).toBe(language)
})

it('says in its headers that another browser gets another language', async () => {
  const response = await new HttpClient(server.url).get('/login', asking('ar'))
  expect(response.headers.get('vary')).toMatch(/Accept-Language/)
  expect(await response.text()).toContain('<html lang="ar" dir="rtl"')
})

it('lets a setting win over the browser, until the browser is to decide again', async () => {
  const { ann } = await newPair(server.url)
  const page = await (await ann.get('/settings')).text()
  for (const language of languages) {
    expect(page).toContain(`<option value="${language}" lang="${language}">${traitsOf(language).ownName}</option>`)
  }
  await ann.post('/settings', { language: 'es' })
  expect(await languageOf(ann, '/chats', 'de')).toBe('es')
  await ann.post('/settings', { language: 'auto' })
  expect(await languageOf(ann, '/chats', 'de')).toBe('de')
  expect((await ann.post('/settings', { language: 'xx' })).status).toBe(422)
})

it('pushes to each open page in the language that the page is in', async () => {
  const { ann, ben, chat } = await newPair(server.url)
  const english = await LivePage.open(server.url, ann, chat)
  await ann.post('/settings', { language: 'ar' })
  const arabic = await LivePage.open(server.url, ann, chat)
  await ben.post(`${chat}/messages`, { content: 'hi', nonce: 'n1' }, chat)
  const row = /hi[\s\S]*<time[^>]*>[^<]*&#8194;([^<]*)</
  const endOn = async (page: LivePage) => row.exec((await page.frame(({ text }) => row.test(text))).text)?.[1]
  expect(await endOn(english)).toMatch(/^until /)
  const word = translator('ar')('chat.gone', { time: '' })
    .replaceAll(/[\u2068\u2069]/g, '')
    .trim()
  expect(await endOn(arabic)).toMatch(new RegExp(`^${word}`))
  for (const page of [english, arabic]) page.socket.close()
})

it('writes hours as in the region that the browser asks for, on a page and in a push', async () => {
  const { ann, ben, chat } = await newPair(server.url)
  const american = { 'accept-language': 'en-US' }
  const page = await LivePage.open(server.url, ann, chat, american)
  await ben.post(`${chat}/messages`, { content: 'hi', nonce: 'n1' }, chat)
  const hour = /<time[^>]*>\d{1,2}:\d\d\s[AP]M/
  expect((await page.frame(({ text }) => text.includes('>hi<'))).text).toMatch(hour)
  page.socket.close()
  expect(await (await ann.get(chat, { headers: american })).text()).toMatch(hour)
  expect(await (await ann.get(chat, asking('en-GB'))).text()).not.toMatch(hour)
})

it('speaks on a stream of events by what is set, where the page does not say what it is in', async () => {
  const { ann, chat } = await newPair(server.url)
  await ann.post('/settings', { language: 'de' })
  const stream = await EventStream.open(ann, `${chat}/events?state=older`)
  const { data } = await stream.event(({ data }) => data.includes('id="chats"'))
  expect(data).toContain(translator('de')('chats.noMessages'))
  stream.close()
})
