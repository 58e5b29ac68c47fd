// A password worker that fails in the way the password names, and answers otherwise.
import { parentPort } from 'node:worker_threads'

parentPort.on('message', ({ password }) => {
  if (password === 'dies') process.exit(1)
  if (password === 'throws') throw new Error('thrown in a worker')
  while (password === 'hangs');
  parentPort.postMessage(`hash of ${password}`)
})
