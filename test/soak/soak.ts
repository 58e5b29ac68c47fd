import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { columns } from '../chaos/table.js'
import { FaultProxy } from '../support/fault-proxy.js'
import { highLimits } from '../support/high-limits.js'
import { scratchFolder } from '../support/leftovers.js'
import { ServerProcess } from '../support/server-process.js'
import { type Doings, Hours } from './hours.js'
import { metricsToken, type Reading, read, readGauges, type SoakedServer } from './readings.js'

/** How a day passes. Times in ms. */
interface Day {
  readonly hours: number
  readonly activeMs: number
  /** About how long it takes, in words. */
  readonly takes: string
  /** Whether the day is long enough to judge the level of memory, and what stays for a minute. */
  readonly isWhole: boolean
}

const wholeDay: Day = { hours: 24, activeMs: 3000, takes: 'about six minutes', isWhole: true }
const shortDay: Day = { hours: 1, activeMs: 1500, takes: 'half a minute', isWhole: false }
const lifeMs = 2000
const sessionMs = 40_000
/** Sessions that are over are swept once a minute, and a person who has looked at a page counts as here for one. */
const slow = ['sessions', 'rooms', 'online users']
/** How much higher memory may stand in the last third of the day than in the first. */
const mostGrowth = 1.05
/** After the day: the life of a session, the minute between two sweeps, and some. */
const settlingMs = 120_000
const shortSettlingMs = 20_000

const env = {
  MESSAGE_TTL_MS: String(lifeMs),
  IMAGE_TTL_MS: String(lifeMs),
  ROOM_GRACE_MS: '5000',
  SESSION_TTL_MS: String(sessionMs),
  JWT_EXPIRES_IN: '20',
  METRICS_TOKEN: metricsToken,
  DEMO_USERS: 'false',
  LOG_LEVEL: 'error',
  ...highLimits,
}

/** A line of what `npm run soak` prints. */
interface Line {
  readonly what: string
  readonly before: string
  readonly after: string
  readonly holds: boolean
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`

/** The level of memory in the first third of the day, and in the last. */
function levelOf(what: string, values: readonly number[]): Line {
  const third = Math.ceil(values.length / 3)
  const [first, last] = [median(values.slice(0, third)), median(values.slice(-third))]
  const percent = ((last / first - 1) * 100).toFixed(1)
  return {
    what,
    before: megabytes(first),
    after: `${megabytes(last)} (${percent} %)`,
    holds: last <= first * mostGrowth,
  }
}

/** The counts that are judged, by their names. */
const judged = (before: Reading, after: Reading, isWhole: boolean): string[] =>
  Object.keys({ ...before.counts, ...after.counts }).filter(name => isWhole || !slow.includes(name))

/** Counts that are higher than before the day, by their names. */
const higherThan = (before: Reading, after: Reading, isWhole: boolean): string[] =>
  judged(before, after, isWhole).filter(name => (after.counts[name] ?? 0) > (before.counts[name] ?? 0))

/** Waits until all of an hour has expired, and no connection is left but that which asks. */
async function untilEmpty(url: string): Promise<void> {
  for (const until = Date.now() + settlingMs; Date.now() < until; await delay(200)) {
    const { messages, 'tcp connections': connections } = await readGauges(url)
    if (messages === 0 && connections === 1) return
  }
}

/** Lets a day pass on a server. The first hour, in which caches fill and code is compiled, is before the day. */
async function passDay(soaked: SoakedServer, { hours, activeMs, isWhole }: Day, say: (line: string) => void) {
  const proxy = await FaultProxy.before(soaked.url)
  const people = await Hours.of(soaked.url, proxy, lifeMs)
  const pass = async () => {
    await people.pass(activeMs)
    await untilEmpty(soaked.url)
  }
  const atStart = await read(soaked)
  await pass()
  const warm = await read(soaked)
  const gone = slow.map(name => [name, atStart.counts[name] ?? 0])
  const before = { ...warm, counts: { ...warm.counts, ...Object.fromEntries(gone) } }
  const readings: Reading[] = []
  for (let hour = 1; hour <= hours; hour += 1) {
    await pass()
    const reading = await read(soaked)
    readings.push(reading)
    say(`hour ${hour}: RSS ${megabytes(reading.rss)}, heap ${megabytes(reading.heapUsed)}`)
  }
  await proxy.stop()
  let after = await read(soaked)
  const patienceMs = isWhole ? settlingMs : shortSettlingMs
  for (const until = Date.now() + patienceMs; higherThan(before, after, isWhole).length > 0 && Date.now() < until; ) {
    await delay(2000)
    after = await read(soaked)
  }
  return { before, after, readings, doings: people.doings }
}

function linesOf(
  { before, after, readings, doings }: Awaited<ReturnType<typeof passDay>>,
  isWhole: boolean,
  errors: number,
): Line[] {
  const higher = new Set(higherThan(before, after, isWhole))
  const names = judged(before, after, isWhole)
  const levels = [
    levelOf(
      'memory of the process (RSS)',
      readings.map(({ rss }) => rss),
    ),
    levelOf(
      'memory of the heap',
      readings.map(({ heapUsed }) => heapUsed),
    ),
  ]
  return [
    ...(isWhole ? levels : []),
    ...names.map(name => ({
      what: name,
      before: `${before.counts[name] ?? 0}`,
      after: `${after.counts[name] ?? 0}`,
      holds: !higher.has(name),
    })),
    { what: 'messages doubled', before: '0', after: `${doings.doubled}`, holds: doings.doubled === 0 },
    { what: 'errors in the log', before: '0', after: `${errors}`, holds: errors === 0 },
  ]
}

const lengthOf = ({ hours }: Day) => (hours === 1 ? 'An hour' : `A day of ${hours} hours`)

const wordsOf = ({ sent, pictures, cuts, registered }: Doings) =>
  `${sent} messages, ${pictures} pictures, ${cuts} lost connections, ${registered} people who registered and left`

/** Lets a day pass in minutes, prints what the server held before and after, and counts what came back to where it was. */
export async function soak(isShort: boolean, say: (line: string) => void): Promise<{ passed: number; failed: number }> {
  const folder = scratchFolder('soak')
  const [accountsFile, uploads] = [join(folder.path, 'accounts.json'), join(folder.path, 'uploads')]
  const settings = { ...env, ACCOUNTS_URL: `file:${accountsFile}`, UPLOAD_DIR: uploads }
  const server = new ServerProcess(settings, 'test/soak/soaked-server.mjs')
  const day = isShort ? shortDay : wholeDay
  try {
    say(
      `${lengthOf(day)} passes in ${day.takes}, after an hour before it, in which caches fill; a line follows at the end of each.`,
    )
    const passed = await passDay({ server, url: await server.address(), accountsFile, uploads }, day, say)
    const errors = server.output.match(/"level":"(error|fatal)"/g)?.length ?? 0
    const lines = linesOf(passed, day.isWhole, errors)
    const cells = lines.map(({ what, before, after, holds }) => [what, before, after, holds ? 'yes' : 'NO'])
    say(`\n${lengthOf(day)}: ${wordsOf(passed.doings)}\n`)
    for (const line of columns([['', 'first', 'last', 'holds'], ...cells])) say(line)
    if (errors > 0) say(server.output)
    const failed = lines.filter(({ holds }) => !holds).length
    return { passed: lines.length - failed, failed }
  } finally {
    await server.stop()
    folder.remove()
  }
}
