import type { DirectoryPort, StaffMember } from '../activities/directory/port.js';
import type { Acting, Clock, DeputiesPort, PersonnelPort } from '../activities/ledger/port.js';
import { today } from '../config/calendar.js';

/** What a municipality's rules on decisions say of acting for a head (`acting` of its pack). */
export interface ActingRules {
  /** Titles of posts in the head's department, first to last. */
  order: readonly string[];
  headMayName: boolean;
}

export interface ActingParts {
  directory: Pick<DirectoryPort, 'staffMember' | 'unit' | 'staffOf' | 'holdersOf'>;
  ledger: Pick<PersonnelPort, 'absentOn'> & Pick<DeputiesPort, 'namingsOf'>;
  rules: ActingRules;
  clock: Clock;
}

/** 代決: who may act for whom at this moment, by the town's clock. */
export function createActing({ directory, ledger, rules, clock }: ActingParts) {
  /** By post: while the head is absent, the first of the order who is there. A vacant post is no absence: it has nobody to act for (domain.md §6). */
  async function byPost(me: StaffMember, department: string, date: string): Promise<Acting[]> {
    const unit = await directory.unit(department);
    if (unit?.head === undefined || unit.head === me.staffNumber) return [];
    const staff = await directory.staffOf(department);
    const absent = new Set(await ledger.absentOn(staff.map(({ staffNumber }) => staffNumber).concat(unit.head), date));
    if (!absent.has(unit.head)) return [];
    const [first] = staff
      .filter(({ staffNumber, disabled }) => staffNumber !== unit.head && !disabled && !absent.has(staffNumber))
      .map((one) => ({ ...one, rank: rules.order.indexOf(one.title ?? '') }))
      .filter(({ rank }) => rank >= 0)
      .sort((one, other) => one.rank - other.rank || (one.staffNumber < other.staffNumber ? -1 : 1)); // Of two with one title, always the same one.
    return first?.staffNumber === me.staffNumber ? [{ capacity: `head:${department}`, onBehalfOf: unit.head }] : [];
  }

  /** By name: where the pack allows it, while the holder holds the capacity. What somebody has by acting cannot be named further, so there are no chains. */
  async function byName(me: string, date: string): Promise<Acting[]> {
    if (!rules.headMayName) return [];
    const good = (await ledger.namingsOf(me, date)).map(async ({ capacity, holder, steps }): Promise<Acting[]> => {
      const holders = await directory.holdersOf(capacity);
      if (!holders.some(({ staffNumber }) => staffNumber === holder)) return [];
      return [{ capacity, onBehalfOf: holder, ...(steps && { steps }) }];
    });
    return (await Promise.all(good)).flat();
  }

  /** Capacities in which the person may act for another. @throws DirectoryAway */
  return async (staffNumber: string): Promise<readonly Acting[]> => {
    const me = await directory.staffMember(staffNumber);
    if (!me || me.disabled) return [];
    const inOrder = rules.order.includes(me.title ?? '');
    if (!inOrder && !rules.headMayName) return []; // Most people, at each of their requests.
    const date = today(clock.now().toISOString());
    const posts = inOrder ? me.departments.map((department) => byPost(me, department, date)) : [];
    return (await Promise.all([byName(staffNumber, date), ...posts])).flat();
  };
}
