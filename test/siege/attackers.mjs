/**
 * The attackers, as a process of their own that siege.ts forks. It is told once whom to attack, how and for how long, says
 * what it did, and ends: by itself, or with whoever started it.
 */
import { once, setMaxListeners } from 'node:events'
import { constants, setPriority } from 'node:os'
import { attacks } from './attacks.mjs'

// They give way: on two processors what they cost must not be taken for what they cost the server.
setPriority(constants.priority.PRIORITY_LOW)

const [{ names, ...target }] = await once(process, 'message')
const ending = new AbortController()
// Each connection listens.
setMaxListeners(0, ending.signal)
const stop = () => ending.abort()
process.once('message', stop)
process.once('disconnect', stop)
setTimeout(stop, target.forMs)
// Whatever still hangs then is left.
setTimeout(() => process.exit(), target.forMs + 10_000)

const counts = Object.fromEntries(names.map(name => [name, { opened: 0, closed: 0, bytes: 0 }]))
await Promise.all(names.map(name => attacks[name](target, ending.signal, counts[name])))
if (process.connected) await new Promise(resolve => process.send(counts, resolve))
process.exit()
