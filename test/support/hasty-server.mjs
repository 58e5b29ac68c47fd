/**
 * The real server, for which all time passes ten times as fast, so that it takes a stop of seconds for one of most of a minute. Run
 * as a child by standstill.test.ts.
 */
const haste = 10
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
  globalThis[name] = (run, ms = 0, ...args) => begin(run, ms / haste, ...args)
}

await import('#src/main.js')
