/** Loaded into every server that is measured: on any message it collects the garbage and tells its parent what is held. */
process.on('message', async () => {
  for (let time = 0; time < 3; time += 1) {
    globalThis.gc()
    // Gives back the empty pages that Node 24 would keep.
    globalThis.gc({ type: 'major', flavor: 'last-resort' })
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  process.send(process.memoryUsage())
})
// The server must end as it would without this.
process.channel.unref()
