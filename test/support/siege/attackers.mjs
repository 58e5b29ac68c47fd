/**
 * The process of the attackers, which siege.ts forks. It gets one message that says whom to attack, how and for how long,
 * answers with what it did, and exits. It also exits when its parent does.
 */
import { once, setMaxListeners } from 'node:events'
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { attacks, floods } from './attacks.mjs'

// On two processors, the attackers' own work must not be measured as the server's.
setPriority(constants.priority.PRIORITY_LOW)

/** How long to wait for connections to close at the end, in ms: an overwhelmed server may never close them. */
const endingMs = 2000

const known = { ...attacks, ...floods }
const [{ names, ...target }] = await once(process, 'message')
const ending = new AbortController()
// Each connection adds a listener.
setMaxListeners(0, ending.signal)
const stop = () => ending.abort()
process.once('message', stop)
process.once('disconnect', () => process.exit())
setTimeout(stop, target.forMs)

const counts = Object.fromEntries(names.map(name => [name, { opened: 0, closed: 0, bytes: 0 }]))
const left = once(ending.signal, 'abort').then(() => delay(endingMs))
await Promise.race([Promise.all(names.map(name => known[name](target, ending.signal, counts[name]))), left])
await new Promise(resolve => process.send(counts, resolve))
process.exit()
