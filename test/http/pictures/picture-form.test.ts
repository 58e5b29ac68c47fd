// Long because every case of one behaviour stands here.
import { type ClientRequest, request as httpRequest } from 'node:http'
import { deflateRawSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bobId, HttpClient } from '../../support/http-client.js'
import { type PictureServer, startPictureServer } from '../../support/images/picture-server.js'
import { longPicture, phonePhoto, plainPicture, pngClaiming } from '../../support/images/pictures.js'

let server: PictureServer
beforeAll(async () => {
  server = await startPictureServer()
})
afterAll(() => server.stop())

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>')
const html = Buffer.from('<!doctype html><script>alert(1)</script>')
const small = () => plainPicture('png', { width: 40, height: 30 })

function zip(): Buffer {
  const name = Buffer.from('a.txt')
  const data = deflateRawSync(Buffer.from('hello'))
  const local = Buffer.alloc(30)
  local.write('PK\x03\x04', 'latin1')
  const central = Buffer.alloc(46)
  central.write('PK\x01\x02', 'latin1')
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  return Buffer.concat([local, name, data, central, name, end])
}

/** Uploads a picture before its message, as a page with JavaScript does. */
function uploadAs(sender: { client: HttpClient; chat: string; token: string }, bytes: Uint8Array): Promise<Response> {
  const form = new FormData()
  form.set('_csrf', sender.token)
  form.set('image', new Blob([new Uint8Array(bytes)]), 'picture')
  return sender.client.request('POST', `${sender.chat}/images`, { body: form })
}

/** A PNG header that claims far more pixels than there are. */
async function hugeHeader(): Promise<Buffer> {
  const png = await small()
  png.writeUInt32BE(50_000, 16)
  png.writeUInt32BE(50_000, 20)
  return png
}

const files: Record<string, [number[], () => Buffer | Promise<Buffer>]> = {
  'an SVG': [[415], () => svg],
  'HTML named .png': [[415], () => html],
  'a zip': [[415], zip],
  'an empty file': [[415], () => Buffer.alloc(0)],
  'a valid PNG of 81 megapixels': [
    [413],
    () =>
      sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
        .png()
        .toBuffer(),
  ],
  'a header that claims 50,000 x 50,000': [[413, 422], hugeHeader],
  'a PNG of 1 x 50,000,000 pixels, which took a process 30 s': [
    [413],
    () => pngClaiming({ width: 1, height: 50_000_000 }, { depth: 8, hasAlpha: false }),
  ],
  'an interlaced PNG of 49 megapixels with 16 bits a sample, which took 600 MB': [
    [413],
    () => pngClaiming({ width: 7000, height: 7000 }, { depth: 16, hasAlpha: true }),
  ],
  'a PNG with a side of 16,384 pixels': [[413], () => plainPicture('png', { width: 16_384, height: 1 })],
  'a moving picture of 600 frames that take 311 MB': [[413], () => longPicture({ width: 480, height: 270 }, 600)],
  'a truncated JPEG': [[422], async () => (await phonePhoto({ width: 800, height: 600 })).subarray(0, 60_000)],
  'a JPEG cut in the middle with an end put on': [
    [422],
    async () =>
      Buffer.concat([(await phonePhoto({ width: 800, height: 600 })).subarray(0, 60_000), Buffer.from([0xff, 0xd9])]),
  ],
  'a PNG with a page behind it': [[422], async () => Buffer.concat([await small(), html])],
  'a JPEG with a zip behind it': [
    [422],
    async () => Buffer.concat([await plainPicture('jpeg', { width: 9, height: 9 }), zip()]),
  ],
  'a JPEG with a program in its comment': [
    [422],
    async () => {
      const jpeg = await plainPicture('jpeg', { width: 9, height: 9 })
      const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, html.length + 2]), html])
      return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])
    },
  ],
  'a GIF that is a script': [[422], () => Buffer.from('GIF89a/*\0\0*/=1;alert(1)//;')],
  '20 MB': [[413], () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(20_000_000, 1)])],
}

test.each(Object.entries(files))(
  '%s is refused, keeps the draft and leaves nothing behind',
  async (_name, [statuses, make]) => {
    const response = await server.send(await make(), { content: 'My <draft>' }, 'photo.png')
    expect(statuses).toContain(response.status)
    const page = await response.text()
    expect(page).toContain('My &lt;draft&gt;')
    expect(page).toContain('href="#image"')
    expect(await server.sealed()).toEqual([])
  },
)

test('several pictures in one form are refused', async () => {
  const form = new FormData()
  form.set('_csrf', server.token)
  for (let n = 0; n < 21; n++) form.append('image', new Blob([new Uint8Array(await small())]), `${n}.png`)
  const response = await server.alice.request('POST', `${server.chat}/messages`, { body: form })
  expect(response.status).toBe(422)
  expect(await server.sealed()).toEqual([])
})

test('a wrong CSRF token is refused, and the draft stays', async () => {
  const response = await server.send(await small(), { _csrf: 'wrong', content: 'My draft' })
  expect([response.status, (await response.text()).includes('My draft')]).toEqual([403, true])
  expect(await server.sealed()).toEqual([])
})

test("another person's room is not found, and no file of a stranger is read", async () => {
  const eve = new HttpClient(server.url)
  await eve.post('/register', { username: 'eve', email: 'eve@example.com', password: 'password123' })
  const _csrf = await eve.token('/chats')
  expect((await server.send(await small(), { _csrf }, 'a.png', eve)).status).toBe(404)
  expect((await server.send(await small(), {}, 'a.png', new HttpClient(server.url))).status).toBe(303)
  expect(await server.sealed()).toEqual([])
})

test('a description that is too long is refused', async () => {
  const response = await server.send(await small(), { alt: 'x'.repeat(1001) })
  expect(response.status).toBe(422)
  expect(await server.sealed()).toEqual([])
})

test('many at once queue up, and beyond twenty waiting are asked to come back', async () => {
  const photo = await phonePhoto({ width: 800, height: 600 }, 'note', 80)
  const senders = await Promise.all(
    Array.from({ length: 5 }, async (_, n) => {
      const client = new HttpClient(server.url)
      await client.post('/register', {
        username: `sender-${n}`,
        email: `sender-${n}@example.com`,
        password: 'password123',
      })
      const chat = await client.openChat(bobId)
      return { client, chat, token: await client.token(chat) }
    }),
  )
  const uploads = senders.flatMap(sender => Array.from({ length: 6 }, () => uploadAs(sender, photo)))
  const answers = await Promise.all(uploads)
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter(status => status === 201).length).toBeGreaterThanOrEqual(22)
  const refused = answers.filter(({ status }) => status !== 201)
  expect(refused.length).toBeGreaterThan(0)
  for (const { status, headers } of refused) {
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true])
  }
  expect(await server.sealed()).toHaveLength(30 - refused.length)
})

test('one member who sends many pictures keeps nobody waiting: four large ones shut all others out', async () => {
  const { alice, bob, chat, token } = server
  const large = await plainPicture('png', { width: 7000, height: 5000 })
  let answered = 0
  const uploads = Array.from({ length: 4 }, () =>
    uploadAs({ client: alice, chat, token }, large).then(({ status }) => {
      answered++
      expect(status).toBe(201)
    }),
  )
  const own = { client: bob, chat, token: await bob.token(chat) }
  expect((await uploadAs(own, await small())).status).toBe(201)
  expect(answered).toBeLessThanOrEqual(2)
  await Promise.all(uploads)
})

test('of one member six pictures are held at once: the next is refused, with all that was typed beside it', async () => {
  const { hostname, port } = new URL(server.url)
  const headers = {
    cookie: server.alice.cookieHeader,
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': 1_000_000,
  }
  const unfinished: ClientRequest[] = []
  const beginOne = async () => {
    const request = httpRequest({ hostname, port, method: 'POST', path: `${server.chat}/images`, headers })
    request.on('error', () => {})
    unfinished.push(request)
    const begun = '--x\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\nits first bytes'
    await new Promise(resolve => request.write(begun, resolve))
  }
  const send = async () => {
    const response = await server.send(await small(), { content: 'My <draft>', alt: 'A dot' })
    return { status: response.status, page: await response.text() }
  }
  for (let n = 0; n < 5; n++) await beginOne()
  // Whether it is read before what is sent next is not for us to say.
  const beginAndSend = async () => {
    await beginOne()
    return (await send()).status
  }
  await expect.poll(beginAndSend, { timeout: 10_000 }).toBe(503)
  expect(unfinished.length).toBeLessThan(12)
  const { page } = await send()
  expect(page).toContain('My &lt;draft&gt;')
  expect(page).toContain('value="A dot"')
  for (const request of unfinished) request.destroy()
  await expect.poll(async () => (await send()).status, { timeout: 10_000 }).toBe(303)
})

test('more uploads a minute than allowed are refused, and the text stays', async () => {
  const strict = await startPictureServer({ RATE_LIMIT_UPLOADS: '2' })
  try {
    const picture = await small()
    const statuses: number[] = []
    for (let n = 0; n < 3; n++) statuses.push((await strict.send(picture, { nonce: `n${n}` })).status)
    expect(statuses).toEqual([303, 303, 429])
    const refused = await strict.send(picture, { content: 'Still here' })
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await refused.text()).toContain('Still here')
  } finally {
    await strict.stop()
  }
})
