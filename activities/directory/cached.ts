import type { Clock } from '../ledger/port.js';
import type { Capacity, DirectoryPort } from './port.js';

/** What somebody could act as when the directory was last asked about them. */
export interface LastKnown {
  capacities: readonly Capacity[];
  /** When it was asked, ISO 8601. */
  asOf: string;
}

/** A directory whose answers are at most a minute old, and which remembers for when it is away. */
export interface CachedDirectory extends DirectoryPort {
  /**
   * For reading and protecting steps while the directory is away (design §4.18), never for anything else: what the person could last act as.
   * Undefined when they were not asked about in the last 8 hours, or were unknown or disabled then.
   */
  lastKnown(staffNumber: string): LastKnown | undefined;
}

export interface CacheOptions {
  clock: Clock;
  /** How old an answer may be; 60 seconds if absent (design §4.18). */
  freshMs?: number;
  /** How long capacities are remembered; 8 hours if absent: a working day (design §4.18). */
  rememberMs?: number;
  /** Milliseconds that only go forward: an age is measured by no clock that somebody can set. */
  monotonicMs?: () => number;
}

/** Puts a memory before a directory. Logins are never answered from it, and a login refused as disabled ends what was remembered. */
export function cacheDirectory(directory: DirectoryPort, options: CacheOptions): CachedDirectory {
  const { clock, freshMs = 60_000, rememberMs = 8 * 60 * 60_000, monotonicMs = () => performance.now() } = options;
  const capacities = memory<{ capacities: readonly Capacity[] | undefined; asOf: string }>(monotonicMs, rememberMs);
  const members = memory<Awaited<ReturnType<DirectoryPort['staffMember']>>>(monotonicMs, freshMs);
  const holders = memory<Awaited<ReturnType<DirectoryPort['holdersOf']>>>(monotonicMs, freshMs);
  const colleagues = memory<Awaited<ReturnType<DirectoryPort['staffOf']>>>(monotonicMs, freshMs);
  const units = memory<Awaited<ReturnType<DirectoryPort['unit']>>>(monotonicMs, freshMs);

  return {
    async authenticate(staffNumber, password, signal) {
      const answer = await directory.authenticate(staffNumber, password, signal);
      if (answer === 'disabled') {
        capacities.forget(staffNumber);
        members.forget(staffNumber);
      }
      return answer;
    },
    staffMember: (staffNumber, signal) => members.recall(staffNumber, freshMs, () => directory.staffMember(staffNumber, signal)),
    capacitiesOf: async (staffNumber, signal) => {
      const asked = await capacities.recall(staffNumber, freshMs, async () => {
        const asOf = clock.now().toISOString();
        return { capacities: await directory.capacitiesOf(staffNumber, signal), asOf };
      });
      return asked.capacities;
    },
    holdersOf: (capacity, signal) => holders.recall(capacity, freshMs, () => directory.holdersOf(capacity, signal)),
    unit: (id, signal) => units.recall(id, freshMs, () => directory.unit(id, signal)),
    units: (signal) => directory.units(signal), // Asked once a plan, and then as it is.
    staffOf: (department, signal) => colleagues.recall(department, freshMs, () => directory.staffOf(department, signal)),
    setRemoteAccess: (staffNumber, granted, signal) => directory.setRemoteAccess(staffNumber, granted, signal),
    lastKnown(staffNumber) {
      const last = capacities.last(staffNumber);
      return last?.capacities && { capacities: last.capacities, asOf: last.asOf };
    },
  };
}

/** Answers by what was asked, each with the moment before it was asked, the oldest first; what is too old to be of use goes when something new comes. */
function memory<Answer>(monotonicMs: () => number, keepMs: number) {
  const answers = new Map<string, { answer: Answer; sinceMs: number }>();
  const youngerThan = (key: string, ms: number) => {
    const kept = answers.get(key);
    return kept && monotonicMs() - kept.sinceMs < ms ? kept : undefined;
  };
  return {
    async recall(key: string, freshMs: number, ask: () => Promise<Answer>): Promise<Answer> {
      const kept = youngerThan(key, freshMs);
      if (kept) return kept.answer;
      const sinceMs = monotonicMs();
      const answer = await ask();
      answers.delete(key);
      answers.set(key, { answer, sinceMs });
      for (const [oldest, { sinceMs: from }] of answers) {
        if (sinceMs - from < keepMs) break;
        answers.delete(oldest);
      }
      return answer;
    },
    last: (key: string) => youngerThan(key, keepMs)?.answer,
    forget: (key: string) => void answers.delete(key),
  };
}
