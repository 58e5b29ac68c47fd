import { peers } from './bad-peers.js'
import type { Fault } from './fault.js'
import { fullAccounts } from './full-accounts.js'
import { restarts } from './restarts.js'
import { secondServer } from './second-server.js'
import { stops } from './stops.js'

/** All that `npm run chaos` does to servers, in the order of its table. */
export const faults: readonly Fault[] = [...stops, ...restarts, secondServer, ...peers, fullAccounts]
