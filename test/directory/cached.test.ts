import { beforeEach, describe, expect, test } from 'vitest';
import { type CachedDirectory, cacheDirectory } from '../../activities/directory/cached.js';
import { type Capacity, DirectoryAway, type DirectoryPort, type StaffMember } from '../../activities/directory/port.js';

const minute = 60_000;
const hour = 60 * minute;

/** A directory of one person, which counts what it is asked. */
class OnePerson implements DirectoryPort {
  asked = 0;
  away = false;
  disabled = false;
  capacities: Capacity[] = ['staff:10001', 'head:zeimu'];
  readonly #member: StaffMember = { staffNumber: '10001', name: '凪沢 花', departments: ['zeimu'], disabled: false };

  async #answer<Answer>(answer: Answer): Promise<Answer> {
    this.asked += 1;
    if (this.away) throw new DirectoryAway('away');
    return answer;
  }
  authenticate = () => this.#answer(this.disabled ? ('disabled' as const) : ('ok' as const));
  staffMember = () => this.#answer({ ...this.#member, disabled: this.disabled });
  capacitiesOf = () => this.#answer(this.disabled ? undefined : this.capacities);
  holdersOf = () => this.#answer(this.disabled ? [] : [this.#member]);
  unit = () => this.#answer({ id: 'zeimu', name: '税務課' });
  units = () => this.#answer([{ id: 'zeimu', name: '税務課' }]);
  staffOf = () => this.#answer([this.#member]);
  setRemoteAccess = () => this.#answer('done' as const);
}

let person: OnePerson;
let nowMs: number;
let cached: CachedDirectory;
beforeEach(() => {
  person = new OnePerson();
  nowMs = 0;
  cached = cacheDirectory(person, { clock: { now: () => new Date(Date.parse('2026-11-20T00:00:00Z') + nowMs) }, monotonicMs: () => nowMs });
});

describe('at most a minute old (§4.18)', () => {
  test.each([
    ['capacities', () => cached.capacitiesOf('10001')],
    ['a person', () => cached.staffMember('10001')],
    ['holders', () => cached.holdersOf('head:zeimu')],
    ['a unit', () => cached.unit('zeimu')],
    ['a department', () => cached.staffOf('zeimu')],
  ])('%s', async (_, question) => {
    const first = await question();
    nowMs = minute - 1;
    expect(await question()).toEqual(first);
    expect(person.asked).toBe(1);
    nowMs = minute;
    await question();
    expect(person.asked).toBe(2);
  });

  test('an account that is disabled is out within the minute', async () => {
    await cached.capacitiesOf('10001');
    person.disabled = true;
    nowMs = minute;
    expect(await cached.capacitiesOf('10001')).toBeUndefined();
    expect(await cached.holdersOf('head:zeimu')).toEqual([]);
    expect(cached.lastKnown('10001')).toBeUndefined();
  });

  test('the age counts from the question, not from a late answer', async () => {
    person.capacitiesOf = async () => {
      nowMs += 3_000;
      return person.capacities;
    };
    await cached.capacitiesOf('10001');
    nowMs = minute;
    await cached.capacitiesOf('10001');
    expect(nowMs).toBe(minute + 3_000);
  });

  test('logins are asked every time, and a disabled one is forgotten at once', async () => {
    await cached.capacitiesOf('10001');
    expect(await cached.authenticate('10001', 'a password')).toBe('ok');
    person.disabled = true;
    expect(await cached.authenticate('10001', 'a password')).toBe('disabled');
    expect(await cached.capacitiesOf('10001')).toBeUndefined();
    expect(cached.lastKnown('10001')).toBeUndefined();
  });
});

describe('with the directory away (§4.18)', () => {
  beforeEach(async () => {
    await cached.capacitiesOf('10001');
    person.away = true;
  });

  test('within the minute nobody notices; after it a question fails, as does a login at once', async () => {
    await expect(cached.authenticate('10001', 'a password')).rejects.toBeInstanceOf(DirectoryAway);
    expect(await cached.capacitiesOf('10001')).toContain('head:zeimu');
    nowMs = minute;
    await expect(cached.capacitiesOf('10001')).rejects.toBeInstanceOf(DirectoryAway);
    await expect(cached.holdersOf('head:zeimu')).rejects.toBeInstanceOf(DirectoryAway);
  });

  test('what was last known stays for 8 hours, with the time at which it was asked', async () => {
    for (const ms of [minute, hour, 8 * hour - 1]) {
      nowMs = ms;
      await expect(cached.capacitiesOf('10001')).rejects.toBeInstanceOf(DirectoryAway);
      expect(cached.lastKnown('10001')).toEqual({ capacities: ['staff:10001', 'head:zeimu'], asOf: '2026-11-20T00:00:00.000Z' });
    }
    nowMs = 8 * hour;
    expect(cached.lastKnown('10001')).toBeUndefined();
  });

  test('nothing is known of who was never asked about', () => expect(cached.lastKnown('10002')).toBeUndefined());

  test('what it says when it is back counts', async () => {
    nowMs = hour;
    person.away = false;
    person.capacities = ['staff:10001'];
    expect(await cached.capacitiesOf('10001')).toEqual(['staff:10001']);
    expect(cached.lastKnown('10001')).toEqual({ capacities: ['staff:10001'], asOf: '2026-11-20T01:00:00.000Z' });
  });
});
