import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { type Fault, unless } from './fault.js'
import { lastWordsOf } from './last-words.js'
import { register } from './registrations.js'
import { hurtWhileChatting } from './trial.js'

const recoveryMs = 10_000
const accountSchema = z.looseObject({ id: z.string(), username: z.string(), email: z.string() })
const fileSchema = z.looseObject({ accounts: z.array(accountSchema).min(1) })

const lostLock: Fault = {
  name: 'lock file of the accounts is lost',
  isShort: true,
  takesS: 12,
  run: () =>
    hurtWhileChatting({}, async stage => {
      await rm(`${stage.accountsFile}.lock`)
      const at = Date.now()
      const refusals: string[] = []
      let answer = await register(stage.url)
      while (answer.status !== 201 && Date.now() - at < recoveryMs) {
        refusals.push(answer.title)
        await delay(200)
        answer = await register(stage.url)
      }
      const second = await lastWordsOf(stage.another({ UPLOAD_DIR: `${stage.uploads}-of-its-own` }))
      const isLocked = second.code === 1 && /in use by another server/.test(second.words)
      return {
        told: refusals[0] === undefined ? 'nothing: accounts change as before' : `whoever registers: "${refusals[0]}"`,
        broken: [
          ...unless(answer.status === 201, `after ${recoveryMs / 1000} s accounts could not be changed`),
          ...unless(isLocked, `a second server ended with ${second.code}: "${second.words}"`),
        ],
      }
    }),
}

const replacedFile: Fault = {
  name: 'accounts.json is replaced while the server runs',
  isShort: true,
  takesS: 6,
  run: () =>
    hurtWhileChatting({}, async stage => {
      const file = fileSchema.parse(JSON.parse(await readFile(stage.accountsFile, 'utf8')))
      const [like] = file.accounts
      const added = { ...like, id: 'put-by-hand', username: 'put-by-hand', email: 'put-by-hand@example.com' }
      const beside = `${stage.accountsFile}.new`
      await writeFile(beside, JSON.stringify({ ...file, accounts: [...file.accounts, added] }))
      await rename(beside, stage.accountsFile)
      const { status } = await register(stage.url)
      const folder = dirname(stage.accountsFile)
      const names = (await readdir(folder, { withFileTypes: true })).filter(entry => entry.isFile())
      const texts = await Promise.all(names.map(({ name }) => readFile(join(folder, name), 'utf8')))
      const isKept = texts.some(text => text.includes('put-by-hand'))
      const [, words = ''] =
        /"level":"(?:warn|error)".*"msg":"([^"]*accounts\.json[^"]*)"/.exec(stage.server.output) ?? []
      return {
        told: `the operator: "${words}"; whoever registers meanwhile: ${status}`,
        broken: [
          ...unless(words !== '', 'the log says nothing'),
          ...unless(isKept, 'what was put there was overwritten'),
        ],
      }
    }),
}

export const accountFiles: readonly Fault[] = [lostLock, replacedFile]
