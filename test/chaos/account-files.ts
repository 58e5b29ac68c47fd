import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { withChats } from './chats.js'
import { type Fault, unless } from './fault.js'
import { lastWordsOf } from './last-words.js'
import { goOn } from './recovery.js'
import { register } from './registrations.js'
import { onStage } from './stage.js'
import { hurtWhileChatting } from './trial.js'

const recoveryMs = 10_000
const laterTheme = 'of-a-later-version'
const accountSchema = z.looseObject({
  id: z.string(),
  username: z.string(),
  email: z.string(),
  settings: z.record(z.string(), z.unknown()),
})
const fileSchema = z.looseObject({ accounts: z.array(accountSchema).min(1) })

/** @param spoil does it to the lock of this path */
const spoiltLock = (what: string, isShort: boolean, spoil: (path: string) => Promise<void>): Fault => ({
  name: `lock file of the accounts is ${what}`,
  isShort,
  takesS: 12,
  run: () =>
    hurtWhileChatting({}, async stage => {
      await spoil(`${stage.accountsFile}.lock`)
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
})

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

/** Gives everybody a theme that this version does not know, as a later one may have. */
async function chooseLaterTheme(path: string): Promise<void> {
  const file = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  const accounts = file.accounts.map(account => ({ ...account, settings: { ...account.settings, theme: laterTheme } }))
  await writeFile(path, JSON.stringify({ ...file, accounts }))
}

const unknownTheme: Fault = {
  name: 'accounts.json holds a theme of a later version',
  isShort: true,
  takesS: 20,
  run: () =>
    onStage({}, stage =>
      withChats(stage.url, {}, async chats => {
        chats.talk(300)
        await delay(1000)
        stage.server.child.kill('SIGTERM')
        await stage.server.ended
        await chooseLaterTheme(stage.accountsFile)
        await stage.restart()
        const finding = await goOn(stage, chats)
        const { status } = await register(stage.url)
        const file = fileSchema.parse(JSON.parse(await readFile(stage.accountsFile, 'utf8')))
        const kept = file.accounts.filter(({ settings }) => settings.theme === laterTheme)
        const forgotten = chats.people.length - kept.length
        const broken = [
          ...unless(status === 201, `whoever registers got ${status}`),
          ...unless(forgotten === 0, `${forgotten} people's themes were overwritten`),
        ]
        return { ...finding, broken: [...finding.broken, ...broken] }
      }),
    ),
}

export const accountFiles: readonly Fault[] = [
  spoiltLock('lost', true, path => rm(path)),
  spoiltLock('emptied', false, path => writeFile(path, '')),
  replacedFile,
  unknownTheme,
]
