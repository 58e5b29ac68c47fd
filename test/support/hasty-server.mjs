/**
 * The real server with a clock that runs eight times as fast, so that it takes a stop of seconds for one of most of a minute. Timers
 * other than the clock's take as long as ever: on a busy machine nothing would be done in an eighth of their time. Run as a child by
 * standstill.test.ts.
 */
const haste = 8
const MachineDate = Date
const began = MachineDate.now()
const wall = () => began + (MachineDate.now() - began) * haste
globalThis.Date = class extends MachineDate {
  constructor(...args) {
    if (args.length === 0) super(wall())
    else super(...args)
  }

  static now() {
    return Math.floor(wall())
  }
}

const awake = performance.now.bind(performance)
Object.defineProperty(performance, 'now', { value: () => awake() * haste })

for (const name of ['setTimeout', 'setInterval']) {
  const begin = globalThis[name]
  globalThis[name] = (run, ms = 0, ...args) => {
    const isOfClock = new Error().stack.includes('/system-clock.js')
    return begin(run, isOfClock ? ms / haste : ms, ...args)
  }
}

await import('#src/main.js')
