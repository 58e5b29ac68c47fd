import { expect, it, vi } from 'vitest'
import { startTestServer } from '../support/test-server.js'

it('the description of the API is rendered once in each language, however often strangers ask for it', async () => {
  const server = await startTestServer()
  const replaced = vi.spyOn(String.prototype, 'replace')
  /** No page is rendered without escaping. */
  const countEscaped = () => replaced.mock.calls.filter(([what]) => String(what) === String(/[&<>"']/g)).length
  try {
    const ask = async (language: string) => {
      const response = await fetch(`${server.url}/api/docs`, { headers: { 'accept-language': language } })
      return { said: response.headers.get('content-language'), page: await response.text() }
    }
    const [english, german] = [await ask('en'), await ask('de')]
    expect([english.said, german.said]).toEqual(['en', 'de'])
    expect(german.page).not.toBe(english.page)
    expect(countEscaped()).toBeGreaterThan(0)
    replaced.mockClear()
    for (let times = 0; times < 3; times += 1) {
      expect([await ask('en'), await ask('de')]).toEqual([english, german])
    }
    expect(countEscaped()).toBe(0)
  } finally {
    replaced.mockRestore()
    await server.stop()
  }
})
