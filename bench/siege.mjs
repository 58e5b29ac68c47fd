/**
 * The siege: for a minute strangers and hostile members attack a server with a heap of 512 MB in every way at once, beside a
 * full room of quotes, then beside one of links, while two others chat. It fails when the server dies, leaves its health
 * unsaid, holds too much or keeps the two waiting. By hand: `node bench/siege.mjs SECONDS ATTACK...`, with the attacks'
 * names as the table has them.
 */
import { build } from '../scripts/setup.mjs'
import { importBundled } from './bundled.mjs'

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
    `${died ? `died after ${(died.afterMs / 1000).toFixed(1)} s (${died.how})` : 'lived'}, held ${Math.round(peakBytes / 1_048_576)} MB at most`,
  )
  console.log(
    `messages of two others: ${latency.sent} sent, ${latency.arrived} arrived, in ${latency.p50.toFixed(1)} ms at the median, 99 of 100 in ${latency.p99.toFixed(1)} ms, the slowest in ${latency.slowest.toFixed(1)} ms${isCut ? '; their connection was cut' : ''}`,
  )
  console.log(
    `health: ${health.asked} times asked, ${health.answered} answered, in ${health.medianMs.toFixed(1)} ms at the median, the slowest in ${health.slowestMs.toFixed(0)} ms`,
  )
  console.log(`attacking members who could open their chat afterwards: ${membersBack} of 2`)
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
