import type { Logger } from 'pino'
import { RedisAccountStore } from '../accounts/store/redis-store.js'
import { ConfigError } from '../config.js'
import { connect } from '../redis/connection.js'
import type { RedisLink } from '../redis/link.js'

/** Connects to a Redis that a setting names. @throws ConfigError when it cannot be used */
export async function openLink(setting: string, url: string, log: Logger): Promise<RedisLink> {
  try {
    return await connect(url, error => log.debug({ err: error }, 'a connection to Redis failed'))
  } catch (cause) {
    const { host } = new URL(url)
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '')
    throw new ConfigError(`${setting} names a Redis at ${host} that cannot be used: ${reason}.`, { cause })
  }
}

/** Accounts in a Redis of a server that shares nothing else. @throws ConfigError */
export async function openRedisAccounts(url: string, log: Logger) {
  const link = await openLink('ACCOUNTS_URL', url, log)
  const accounts = new RedisAccountStore(link)
  const closeAccounts = async () => {
    await accounts.close()
    link.close()
  }
  return { accounts, closeAccounts }
}
