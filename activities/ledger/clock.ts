import type { Clock } from './port.js';

/** The host's time. The ledger adds the town's offset to it (design §4.15); the only place where the host is asked. */
export const hostClock: Clock = { now: () => new Date() };
