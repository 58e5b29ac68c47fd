import { accountFiles } from './account-files.js'
import { peers } from './bad-peers.js'
import type { Fault } from './fault.js'
import { fewDescriptors } from './few-descriptors.js'
import { fullAccounts } from './full-accounts.js'
import { fullPictures } from './full-pictures.js'
import { fullUploads } from './full-uploads.js'
import { littleMemory } from './little-memory.js'
import { longOutage } from './long-outage.js'
import { restarts } from './restarts.js'
import { secondServer } from './second-server.js'
import { silentStop } from './silent-stop.js'
import { stops } from './stops.js'

/** All that `npm run chaos` does to servers, in the order of its table. */
export const faults: readonly Fault[] = [
  ...stops,
  silentStop,
  longOutage,
  ...restarts,
  secondServer,
  ...accountFiles,
  ...peers,
  fullAccounts,
  fullUploads,
  fullPictures,
  fewDescriptors,
  ...littleMemory,
]
