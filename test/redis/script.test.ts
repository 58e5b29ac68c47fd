import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { RedisFailure } from '#src/redis/link.js'
import { RedisScript } from '#src/redis/script.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'

const linkOf = linkTo(startRedisServer)

/** A script of files with these texts. */
async function scriptOf(...texts: readonly string[]): Promise<RedisScript> {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-scripts-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const files = texts.map((_, index) => join(folder, `${index}.lua`))
  for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? '')
  return new RedisScript(...files.map(file => pathToFileURL(file)))
}

test('a script is made of its files, without comments, and runs again after Redis has forgotten it', async () => {
  const script = await scriptOf(
    '-- What is added.\nlocal added = tonumber(ARGV[1])\n',
    '  return { KEYS[1], added + 1 }\n',
  )
  for (let times = 0; times < 2; times += 1) {
    const [key, sum] = Object(await script.run(linkOf(), ['a:1'], 41))
    expect([String(key), sum]).toEqual(['a:1', 42])
    await linkOf().call('SCRIPT', 'FLUSH')
  }
})

test('a script is refused with server_full where Redis has no memory left, and fails for any fault of its own', async () => {
  const [writes, fails] = [
    await scriptOf('return redis.call("SET", KEYS[1], ARGV[1])'),
    await scriptOf('return nothing()'),
  ]
  await expect(fails.run(linkOf(), ['a:1'], 'what somebody wrote')).rejects.toBeInstanceOf(RedisFailure)
  await linkOf().call('CONFIG', 'SET', 'maxmemory', '1')
  onTestFinished(async () => void (await linkOf().call('CONFIG', 'SET', 'maxmemory', '0')))
  await expect(writes.run(linkOf(), ['a:1'], 'value')).rejects.toMatchObject({ code: 'server_full' })
})
