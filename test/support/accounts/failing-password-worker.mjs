// Fails by what the password says, and answers else. A thread whose file stands in a folder that is missing never begins.
import { parentPort } from 'node:worker_threads'

parentPort.on('message', ({ password }) => {
  if (password === 'dies') process.exit(1)
  if (password === 'throws') throw new Error('thrown in a worker')
  while (password === 'hangs');
  parentPort.postMessage(`hash of ${password}`)
})
