/**
 * The siege: for a minute strangers and hostile members attack a server with a heap of 512 MB in every way at once, while
 * two others chat. It runs twice: the attacked room is full of quotes, then of links. It fails if the server dies, does not
 * answer GET /health, holds too much memory or keeps the two waiting. To choose attacks from the table by name:
 * `node bench/siege.mjs SECONDS ATTACK...`.
 */
import { build } from '../scripts/setup.mjs'
import { importBundled } from './driver/bundled.mjs'

const mostLatencyMs = 50
const mostBytes = 512 * 1_048_576

await build()
const { attackNames, besiege, fillings } = await importBundled('siege/siege')
const [seconds = '60', ...named] = process.argv.slice(2)
const forMs = Number(seconds) * 1000
const names = named.length > 0 ? named : attackNames

for (const [filling, content] of Object.entries(fillings)) {
  const report = await besiege({ forMs, resets: 500, names, contentOf: () => content })
  const { died, latency, isCut, health, peakBytes, membersBack, counts } = report
  console.log(`\nA full room of ${filling}`)
  console.table(counts)
  console.log(
    `${died ? `died after ${(died.afterMs / 1000).toFixed(1)} s (${died.how})` : 'survived'}, with ${Math.round(peakBytes / 1_048_576)} MB at most`,
  )
  console.log(
    `messages of the bystanders: ${latency.sent} sent, ${latency.arrived} arrived; median ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, slowest ${latency.slowest.toFixed(1)} ms${isCut ? '; their connection was cut' : ''}`,
  )
  console.log(
    `GET /health: ${health.asked} sent, ${health.answered} answered; median ${health.medianMs.toFixed(1)} ms, slowest ${health.slowestMs.toFixed(0)} ms`,
  )
  console.log(`attacking members who could connect again afterwards: ${membersBack} of 2`)
  const isWell =
    !died &&
    !isCut &&
    latency.arrived === latency.sent &&
    latency.p50 < mostLatencyMs &&
    health.answered === health.asked &&
    peakBytes < mostBytes &&
    membersBack === 2
  if (!isWell) process.exitCode = 1
}
