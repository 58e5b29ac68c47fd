import { expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { startTestServer } from '../support/test-server.js'

it('a link that reads as another says beside it where it leads, and other links say nothing', async () => {
  const server = await startTestServer()
  try {
    const { ann, ben, chat } = await newPair(server.url)
    const content = 'https://bank.com@evil.example <b>аpple.com</b> münchen.de.'
    await ann.post(`${chat}/messages`, { content, nonce: 'n' }, chat)
    const html = await (await ben.get(chat)).text()
    expect(html).toContain('bank.com@evil.example</a><bdi class="leads-to"> (leads to evil.example)</bdi> &lt;b&gt;')
    expect(html).toContain('аpple.com</a><bdi class="leads-to"> (leads to xn--pple-43d.com)</bdi>&lt;/b&gt;')
    expect(html).toContain('münchen.de</a>.')
  } finally {
    await server.stop()
  }
})
