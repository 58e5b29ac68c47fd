/**
 * The attackers, as a process of their own that siege.ts forks. It is told once whom to attack, how and for how long, says
 * what it did, and ends: by itself, or with whoever started it.
 */
import { once, setMaxListeners } from 'node:events'
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { attacks, floods } from './attacks.mjs'

// They give way: on two processors what they cost must not be taken for what they cost the server.
setPriority(constants.priority.PRIORITY_LOW)

/** What hangs on a server that is overcome is left behind after this, in milliseconds. */
const endingMs = 2000

const known = { ...attacks, ...floods }
const [{ names, ...target }] = await once(process, 'message')
const ending = new AbortController()
// Each connection listens.
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
