/**
 * The real server with a wall clock that its parent sets: CLOCK_APART_MS is how far it is ahead at first, and each message
 * is a step in milliseconds. Run as a child by
 * clock-steps.test.ts.
 */
let apartMs = Number(process.env.CLOCK_APART_MS ?? 0)

const MachineDate = Date
globalThis.Date = class extends MachineDate {
  constructor(...args) {
    if (args.length === 0) super(MachineDate.now() + apartMs)
    else super(...args)
  }

  static now() {
    return MachineDate.now() + apartMs
  }
}

process.on('message', stepMs => {
  apartMs += stepMs
  process.send('set')
})

await import('#src/main.js')
