import { today } from '../../config/calendar.js';
import type { Acting, Clock, DeputiesPort, PersonnelPort } from '../ledger/port.js';
import type { Capacity, DirectoryPort, StaffMember } from './port.js';

/** What a municipality's rules on decisions say of acting for a head (`acting` of its pack). */
export interface ActingRules {
  /** Titles of posts in the head's department, first to last. */
  order: readonly string[];
  headMayName: boolean;
}

export interface ActingParts {
  directory: Pick<DirectoryPort, 'staffMember' | 'unit' | 'staffOf' | 'holdersOf'>;
  ledger: Pick<PersonnelPort, 'absentOn'> & Pick<DeputiesPort, 'namingsOf' | 'namingsFor'>;
  rules: ActingRules;
  clock: Clock;
}

/** Somebody who can act in a capacity at a moment: who holds it, or who acts for a holder. */
export interface Actor {
  staffNumber: string;
  /** 代決: the holder in whose place they act. */
  onBehalfOf?: string;
}

export type ActingPeople = ReturnType<typeof createActing>;

/** 代決: who may act for whom at this moment, by the town's clock. */
export function createActing({ directory, ledger, rules, clock }: ActingParts) {
  const now = (): string => today(clock.now().toISOString());

  /** By post: while the head is absent, the first of the order who is there. A vacant post is no absence: it has nobody to act for (domain.md §6). */
  async function byPost(department: string, date: string): Promise<Required<Actor> | undefined> {
    const unit = await directory.unit(department);
    if (unit?.head === undefined) return undefined;
    const { head } = unit;
    const staff = await directory.staffOf(department);
    const absent = new Set(await ledger.absentOn(staff.map(({ staffNumber }) => staffNumber).concat(head), date));
    if (!absent.has(head)) return undefined;
    const [first] = staff
      .filter(({ staffNumber, disabled }) => staffNumber !== head && !disabled && !absent.has(staffNumber))
      .map((one) => ({ ...one, rank: rules.order.indexOf(one.title ?? '') }))
      .filter(({ rank }) => rank >= 0)
      .sort((one, other) => one.rank - other.rank || (one.staffNumber < other.staffNumber ? -1 : 1)); // Of two with one title, always the same one.
    return first && { staffNumber: first.staffNumber, onBehalfOf: head };
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

  /** Whom holders have named for this capacity and step, and who is not away or gone themselves. */
  async function named(capacity: Capacity, step: string | undefined, holders: readonly StaffMember[], date: string): Promise<Actor[]> {
    if (!rules.headMayName) return [];
    const namings = (await ledger.namingsFor(capacity, date)).filter(
      ({ holder, steps }) =>
        (!steps || (step !== undefined && steps.includes(step))) && holders.some(({ staffNumber }) => staffNumber === holder),
    );
    const absent = await ledger.absentOn(
      namings.map(({ deputy }) => deputy),
      date,
    );
    const there = namings.map(async ({ deputy, holder }): Promise<Actor[]> => {
      const member = absent.includes(deputy) ? undefined : await directory.staffMember(deputy);
      return !member || member.disabled ? [] : [{ staffNumber: deputy, onBehalfOf: holder }];
    });
    return (await Promise.all(there)).flat();
  }

  return {
    /** Capacities in which the person may act for another. @throws DirectoryAway */
    async actingOf(staffNumber: string): Promise<readonly Acting[]> {
      const date = now();
      const me = await directory.staffMember(staffNumber);
      if (!me || me.disabled) return [];
      const inOrder = rules.order.includes(me.title ?? '');
      const posts = (inOrder ? me.departments : []).map(async (department): Promise<Acting[]> => {
        const first = await byPost(department, date);
        return first?.staffNumber === staffNumber ? [{ capacity: `head:${department}`, onBehalfOf: first.onBehalfOf }] : [];
      });
      return (await Promise.all([byName(staffNumber, date), ...posts])).flat();
    },

    /** Who can take the step, or any without one, in this capacity now: holders who are there, and those who act for a holder, each person once. @throws DirectoryAway */
    async actorsFor(capacity: Capacity, step?: string): Promise<readonly Actor[]> {
      const date = now();
      const holders = await directory.holdersOf(capacity);
      const numbers = holders.map(({ staffNumber }) => staffNumber);
      const absent = await ledger.absentOn(numbers, date);
      const there: Actor[] = numbers.filter((one) => !absent.includes(one)).map((staffNumber) => ({ staffNumber }));
      const [role, department] = capacity.split(':');
      const first = role === 'head' && department ? await byPost(department, date) : undefined;
      const actors = [...there, ...(await named(capacity, step, holders, date)), ...(first ? [first] : [])];
      return actors.filter(({ staffNumber }, at) => actors.findIndex((one) => one.staffNumber === staffNumber) === at);
    },
  };
}
