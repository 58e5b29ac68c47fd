import { ServerProcess } from '../support/server-process.js'
import { type Fault, unless } from './fault.js'
import { withoutChats } from './trial.js'

const descriptors = 64

export const fewDescriptors: Fault = {
  name: `server is started with too few descriptors (ulimit -n ${descriptors})`,
  isShort: true,
  takesS: 3,
  async run() {
    const server = new ServerProcess({}, undefined, undefined, { descriptors })
    const [code] = await server.ended
    const words = server.output.trim()
    return withoutChats(`the operator: "${words}"`, [
      ...unless(code === 1, `it ended with ${code}`),
      ...unless(!words.includes('\n') && words.includes(`${descriptors}`), 'it does not name the limit in a sentence'),
      ...unless(words.includes('ulimit -n'), 'it does not say what to raise'),
    ])
  },
}
