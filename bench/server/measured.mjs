/** The real server, which says on request how much processor time it has used, in milliseconds. */
import '#src/main.js'

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send((user + system) / 1000)
})
