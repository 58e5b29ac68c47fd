import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const writer = fileURLToPath(new URL('../../support/accounts/account-writer.mjs', import.meta.url))

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'accounts-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** Lets a process change accounts, kills it at a random moment after up to ten changes, and returns what it had printed by then. */
async function writeUntilKilled(path: string, round: string): Promise<string[]> {
  const child = spawn(process.execPath, [writer, path, round], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const enough = 1 + Math.floor(Math.random() * 11)
  const output = createInterface({ input: child.stdout }).on('line', line => {
    lines.push(line)
    if (lines.length === enough) void setTimeout(Math.random() * 5).then(() => child.kill('SIGKILL'))
  })
  await Promise.all([once(child, 'exit'), once(output, 'close')])
  return lines
}

it('loses no answered change and breaks no file when it is killed at 100 random moments', async () => {
  let changes = 0
  const lane = async (name: string) => {
    const path = join(await folder(), 'accounts.json')
    const expected = new Map<string, string | null>()
    const uncertain = new Set<string>()
    for (let round = 0; round < 25; round++) {
      const lines = await writeUntilKilled(path, `${name}${round}`)
      changes += lines.length
      expect(lines[0]).toBe('ready')
      for (const [word, id = ''] of lines.slice(1).map(line => line.split(' '))) {
        if (word === 'removing') uncertain.add(id)
        else expected.set(id, word === 'removed' ? null : word === 'changed' ? 'y' : 'x')
      }
      const text = JSON.parse(await readFile(path, 'utf8'))
      const found = new Map<string, string>(
        text.accounts.map((account: { id: string; passwordHash: string }) => [account.id, account.passwordHash]),
      )
      for (const [id, hash] of expected) {
        const actual = found.get(id)?.[0] ?? null
        // An unconfirmed change may have been made all the same.
        const allowed = [hash, ...(hash === 'x' ? ['y'] : []), ...(uncertain.has(id) ? [null] : [])]
        expect(allowed, `${id} after round ${round}`).toContain(actual)
      }
    }
    expect((await readdir(join(path, '..'))).length).toBeLessThanOrEqual(3)
  }
  // Only four rounds, because each start waits a quarter of a second to see that the old lock is stale.
  await Promise.all(['a', 'b', 'c', 'd'].map(lane))
  expect(changes).toBeGreaterThan(300)
})
