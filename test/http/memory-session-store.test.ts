import { MemorySessionStore } from '#src/http/memory-session-store.js'
import { describeSessionStore } from './session-store-suite.js'

describeSessionStore('memory', () => new MemorySessionStore())
