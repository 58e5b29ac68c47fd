import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { demoPassword, demoPeople } from './accounts/demo-accounts.js'
import { AccountFileError } from './accounts/store/account-file.js'
import { type Config, ConfigError, readConfig } from './config.js'
import { urlOnThisMachine } from './http/listening.js'
import { createServer } from './server.js'

/** Prints a line for the person at the terminal, at every LOG_LEVEL. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Reads settings from a file `.env` if there is one; the environment overrides it. */
function readEnvFile(): void {
  if (!existsSync('.env')) return
  try {
    process.loadEnvFile('.env')
  } catch (cause) {
    throw new ConfigError(`The file ${resolve('.env')} cannot be read by the user that runs the server.`, { cause })
  }
}

async function main(): Promise<void> {
  readEnvFile()
  const config = readConfig(process.env)
  const server = await createServer(config)
  const { host, port } = await server.start()
  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    server.stop().then(
      () => process.exit(0),
      error => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  // SIGHUP: its terminal is closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)

  say(`Ephemeral Chat serves ${config.publicUrl?.origin ?? urlOnThisMachine(host, port)}`)
  if (config.demoUsers) {
    say(`Demo accounts: ${demoPeople.map(({ email }) => email).join(' and ')}, password ${demoPassword}`)
  }
  say(whatIsKept(config))
}

/** What the server keeps where. */
function whatIsKept(config: Config): string {
  const pictures =
    config.redisUrl === null ? `. Keeps pictures in ${config.images.uploadDir}, encrypted, until they vanish` : ''
  return `${whereTextsAre(config)}${pictures}`
}

function whereTextsAre({ redisUrl, accounts }: Config): string {
  const inMemory = 'Keeps messages and sessions in memory only'
  if (redisUrl !== null) return 'Keeps messages, sessions and accounts in Redis, which all nodes share'
  if (accounts.kind === 'memory') return `${inMemory}, and accounts too: they are gone when the server stops`
  const place = accounts.kind === 'file' ? accounts.path : 'Redis'
  return `${inMemory}: they are gone when the server stops. Keeps accounts in ${place}`
}

/** Whether whoever starts the server can mend the cause of an error. */
function isForOperator(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof AccountFileError
}

main().catch(error => {
  console.error(isForOperator(error) ? error.message : error)
  // What was opened before, such as a connection, would keep the process alive.
  process.exit(1)
})
