import { readConfig } from './config.js'
import { listen } from './http/listening.js'
import { internet } from './push/push-reach.js'
import { createTunnel } from './push/tunnel.js'

/** Starts the tunnel of pushes (compose.push.yaml), which takes HOST, PORT and PUSH_HOSTS from the settings. */
async function main(): Promise<void> {
  const config = readConfig(process.env)
  const tunnel = createTunnel(config.push.hosts, internet)
  const { address, port } = await listen(tunnel, config)
  process.stdout.write(`Lets pushes out at ${address}, port ${port}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
